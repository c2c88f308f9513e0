import { useState } from "react";
import type { SyntheticEvent } from "react";
import { signIn } from "../io/projects";
import { useSession } from "../store/session";

/** Where the installation asks who one is. */
export function SignIn() {
  const [secret, setSecret] = useState("");
  const [refusal, setRefusal] = useState("");
  const submit = async (event: SyntheticEvent) => {
    event.preventDefault();
    try {
      await signIn(secret.trim());
      await useSession.getState().start();
    } catch (error) {
      setRefusal(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <main className="whole-page">
      <form className="sign-in" onSubmit={(event) => void submit(event)}>
        <h1>Sign in to Pixel Groove</h1>
        <label htmlFor="secret">API key or token</label>
        <input id="secret" type="password" autoComplete="current-password" required value={secret} onChange={(event) => setSecret(event.target.value)} />
        {refusal && <p className="trouble" role="alert">{refusal}</p>}
        <button className="primary">Sign in</button>
        <p className="hint">Whoever runs this installation makes keys with <code>groove users</code>.</p>
      </form>
    </main>
  );
}
