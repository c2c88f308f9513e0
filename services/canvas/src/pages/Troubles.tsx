import { Component } from "react";
import type { ReactNode } from "react";

/** A page that broke says so, and what to do; what was edited is kept in the browser. */
export class Troubles extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <main className="whole-page">
        <h1>This page broke.</h1>
        <p>Your edits are kept. Load the page again; if it breaks again, please report these words:</p>
        <pre>{error.message}</pre>
        <p>
          <button className="primary" onClick={() => window.location.reload()}>Load again</button>{" "}
          <a href="#/" onClick={() => this.setState({ error: null })}>Go home</a>
        </p>
      </main>
    );
  }
}
