/** How a picture is enlarged and moved. `x` and `y` in parts of the pane, from its middle: panes of any size can share it. */
export interface View {
  scale: number;
  x: number;
  y: number;
}

export const FIT: View = { scale: 1, x: 0, y: 0 };
const MOST = 16;

/** By a factor; what is at (`px`, `py`) stays there. */
export function zoomed(view: View, factor: number, px = 0, py = 0): View {
  const scale = Math.min(MOST, Math.max(1, view.scale * factor));
  const by = scale / view.scale;
  return kept({ scale, x: px - (px - view.x) * by, y: py - (py - view.y) * by });
}

export function moved(view: View, dx: number, dy: number): View {
  return kept({ ...view, x: view.x + dx, y: view.y + dy });
}

/** Its edges stay outside of the pane, as far as it is large enough. */
function kept(view: View): View {
  const most = (view.scale - 1) / 2;
  const within = (at: number) => Math.min(most, Math.max(-most, at)) + 0;
  return { scale: view.scale, x: within(view.x), y: within(view.y) };
}
