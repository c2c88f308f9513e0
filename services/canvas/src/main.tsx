import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { dress, useSession } from "./store/session";
import "@xyflow/react/dist/style.css";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/home.css";
import "./styles/board.css";
import "./styles/panels.css";
import "./styles/run.css";
import "./styles/editing.css";

dress(useSession.getState().theme);
const root = document.getElementById("root");
if (root) createRoot(root).render(<StrictMode><App /></StrictMode>);
