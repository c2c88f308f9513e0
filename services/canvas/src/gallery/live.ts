/** What is made in a project, as it is made. */
import { useEffect } from "react";
import { listen, useProjectStream } from "../store/live";

const SOON_MS = 250;

/** Call `hear` soon after something was added: once for many. */
export function useArrivals(project: string, names: readonly string[], hear: () => void): void {
  useProjectStream(project);
  useEffect(() => {
    let timer: number | undefined;
    const soon = () => {
      timer ??= window.setTimeout(() => {
        timer = undefined;
        hear();
      }, SOON_MS);
    };
    const deaf = listen({
      hear: (event) => {
        if (names.includes(event.event)) soon();
      },
      opened: (gapless) => {
        if (!gapless) soon(); // what came meanwhile was told to nobody
      },
    });
    return () => {
      window.clearTimeout(timer);
      deaf();
    };
  }, [names, hear]);
}
