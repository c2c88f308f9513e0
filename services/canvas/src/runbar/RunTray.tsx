/** The runs of a graph, below the canvas, and the slider over the one that is shown. */
export function RunTray({ graph }: { graph: string }) {
  return <footer className="run-tray" data-graph={graph} hidden />;
}
