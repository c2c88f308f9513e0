import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { DRAFT, packing } from "./packing.ts";

const gateway = process.env["GROOVE_URL"] ?? "http://127.0.0.1:8080";
/** Changes are taken only from the gateway's own pages: while developing, these are some. */
const door = { target: gateway, changeOrigin: true, headers: { origin: gateway } };

export default defineConfig({
  plugins: [react(), packing("dist")],
  build: { outDir: DRAFT, target: "es2022", sourcemap: false, chunkSizeWarningLimit: 2000, assetsInlineLimit: 0 },
  server: { proxy: { "/api": door, "/media": door, "/openapi.json": door } },
  test: { environment: "node", include: ["src/**/*.test.ts"] },
});
