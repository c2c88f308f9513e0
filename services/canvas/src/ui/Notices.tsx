import { useNotices } from "../store/notices";

export function Notices() {
  const { notices, drop } = useNotices();
  return (
    <div className="notices">
      {notices.map((one) => (
        <p key={one.id} role={one.kind === "no" ? "alert" : "status"} className={`notice notice-${one.kind}`}>
          {one.text}
          <button aria-label="Dismiss" onClick={() => drop(one.id)}>×</button>
        </p>
      ))}
    </div>
  );
}
