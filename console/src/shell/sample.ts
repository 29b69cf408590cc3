/** Chooses the loads that are measured, and loads for those alone what measures them. */

const SHARE = 0.1;

/** After the page is there: measuring is nobody's first need. */
export function sample(): void {
  if (!import.meta.env.PROD || Math.random() >= SHARE) return;
  const begin = (): void => void import("./vitals").then(({ measure }) => measure()).catch(() => undefined);
  if (document.readyState === "complete") begin();
  else window.addEventListener("load", begin);
}
