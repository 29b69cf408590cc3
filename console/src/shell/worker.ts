/** The service worker that keeps the shell: begun once, and replaced when somebody asks for the new release. */

const PLACE = "/app/sw.js";

/** After the page is there: keeping the shell is nobody's first need. A browser without workers goes without. */
export function keepShell(): void {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  const begin = (): void => void navigator.serviceWorker.register(PLACE, { scope: "/app/" }).catch(() => undefined);
  if (document.readyState === "complete") begin();
  else window.addEventListener("load", begin);
}

/** Let the worker of a newer release take over, then load it. */
export async function loadNewRelease(): Promise<void> {
  const known = await navigator.serviceWorker?.getRegistration("/app/").catch(() => undefined);
  known?.waiting?.postMessage("now");
  window.location.reload();
}
