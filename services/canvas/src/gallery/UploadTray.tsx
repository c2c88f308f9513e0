import { useUploading } from "./uploading";
import type { Upload } from "./uploading";

/** Files on their way: how far, what went wrong, and what can be done about it. */
export function UploadTray() {
  const { uploads, tidy } = useUploading();
  if (!uploads.length) return null;
  const open = uploads.filter((one) => one.state === "sending" || one.state === "waiting").length;
  return (
    <section className="upload-tray" aria-label="Uploads">
      <header>
        <h2><span role="status">{open ? `Uploading ${open} of ${uploads.length}` : told(uploads)}</span></h2>
        <button className="quiet" onClick={tidy} disabled={open === uploads.length}>Clear</button>
      </header>
      <ul>
        {uploads.map((one) => <Line key={one.id} upload={one} />)}
      </ul>
    </section>
  );
}

function told(uploads: readonly Upload[]): string {
  const failed = uploads.filter((one) => one.state === "failed").length;
  const done = uploads.length - failed;
  return [done && `${done} uploaded`, failed && `${failed} not taken`].filter(Boolean).join(", ");
}

function Line({ upload }: { upload: Upload }) {
  const { stop, again } = useUploading.getState();
  const { id, name, part, state, error } = upload;
  return (
    <li className={`upload upload-${state}`}>
      <span className="upload-name">{name}</span>
      {state === "sending" && part < 1 && <progress value={part} max={1} aria-label={`${name}: ${Math.round(part * 100)} %`} />}
      {state === "sending" && part >= 1 && <small>being looked at …</small>}
      {state === "waiting" && <small>waiting</small>}
      {state === "done" && <small>✓ there</small>}
      {state === "failed" && <button onClick={() => again(id)}>Try again</button>}
      {state !== "done" && (
        <button className="quiet" onClick={() => stop(id)} aria-label={`${state === "failed" ? "Forget" : "Stop"} ${name}`}>×</button>
      )}
      {error && <p className="trouble" role="alert">{error}</p>}
    </li>
  );
}
