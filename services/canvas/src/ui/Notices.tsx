import { useNotices } from "../store/notices";

export function Notices() {
  const { notices, drop } = useNotices();
  return (
    <div className="notices" aria-live="polite">
      {notices.map((one) => (
        <p key={one.id} className={`notice notice-${one.kind}`}>
          {one.text}
          <button aria-label="Dismiss" onClick={() => drop(one.id)}>×</button>
        </p>
      ))}
    </div>
  );
}
