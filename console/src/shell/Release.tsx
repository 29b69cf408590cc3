/** Offers a newer release where one was deployed under an open tab; it forces nobody. */

import { useQuery } from "@tanstack/react-query";

import { t } from "@/texts";
import { Button } from "@/ui/Button";

import { loadNewRelease } from "./worker";

const EVERY_MS = 5 * 60_000;
const script = (page: string): string | null => /src="(\/app\/assets\/[^"]+\.js)"/.exec(page)?.[1] ?? null;
const own = document.querySelector<HTMLScriptElement>('script[src^="/app/assets/"]')?.getAttribute("src") ?? null;

async function served(): Promise<string | null> {
  const answer = await fetch("/app/index.html", { cache: "no-store" });
  return answer.ok ? script(await answer.text()) : null;
}

export function Release() {
  const found = useQuery({ queryKey: ["release"], queryFn: served, refetchInterval: EVERY_MS, initialData: own, staleTime: EVERY_MS });
  if (own === null || found.data == null || found.data === own) return null;
  return (
    <div role="status" className="mb-4 flex items-center justify-between gap-3 rounded-lg bg-good-soft p-3">
      {t("app.newRelease")}
      <Button onClick={() => void loadNewRelease()}>{t("app.load")}</Button>
    </div>
  );
}
