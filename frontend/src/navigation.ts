import { useCallback, useSyncExternalStore } from "react";

const BASE = "/app/";

/** The path below /app/, and a way to another one without loading the page again. */
export function useNavigation(): { path: string; go: (path: string) => void } {
  const path = useSyncExternalStore(subscribe, () => window.location.pathname.slice(BASE.length));
  const go = useCallback((to: string) => {
    window.history.pushState(null, "", BASE + to);
    window.dispatchEvent(new PopStateEvent("popstate"));
  }, []);
  return { path, go };
}

function subscribe(onChange: () => void): () => void {
  window.addEventListener("popstate", onChange);
  return () => window.removeEventListener("popstate", onChange);
}

export function settingsPath(siteId: number): string {
  return `sites/${siteId}/settings`;
}

/** The site that a path names, null where it names none. */
export function siteOfPath(path: string): number | null {
  const found = /^sites\/(\d+)\/settings\/?$/.exec(path);
  return found ? Number(found[1]) : null;
}
