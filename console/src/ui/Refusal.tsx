/** One look for each way in which the API refuses. */

import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";

import type { ApiError } from "@/api/errors";
import { safeName } from "@/money/hostile";
import { t, type TextKey } from "@/texts";

import { Button } from "./Button";

function headline(error: ApiError): TextKey {
  if (error.status >= 500) return "error.503";
  if (error.status === 429) return "error.429";
  if (error.code === "GARBAGE" || error.code === "NO_API") return "error.garbage";
  if (error.code === "TIER_REQUIRED") return "error.tier";
  const key = `error.${String(error.status)}` as TextKey;
  const known: readonly TextKey[] = ["error.0", "error.401", "error.403", "error.404", "error.409", "error.422", "error.429"];
  return known.includes(key) ? key : "error.other";
}

const MOST = 400;
const words = (text: string): string => text.split(/\s+/).map(safeName).join(" ").slice(0, MOST);

/** What was refused and the way on; `stale` where an older answer is still shown. */
export function Refusal({ error, again, stale = false }: { error: ApiError; again?: () => unknown; stale?: boolean }) {
  const left = useCountdown(error);
  const own = error.status > 0 && error.status < 500 && error.code !== "NO_API" ? words(error.message) : null;
  return (
    <div role="alert" className="mb-3 rounded-lg border border-warn bg-warn-soft p-3 text-ink">
      <p className="font-medium">{t(headline(error))}</p>
      {own !== null && <p>{own}</p>}
      {stale && <p>{t("state.stale")}</p>}
      {error.requestId !== null && (
        <p className="text-sm text-muted">{t("state.reference", { id: safeName(error.requestId) })}</p>
      )}
      <div className="mt-2 flex gap-2">
        {error.code === "TIER_REQUIRED" && (
          <Link to="/usage" className="underline">
            {t("error.tierWay")}
          </Link>
        )}
        {again !== undefined && error.passing && (
          <Button onClick={() => void again()} disabled={left > 0}>
            {left > 0 ? t("state.retryIn", { seconds: left }) : t("state.again")}
          </Button>
        )}
      </div>
    </div>
  );
}

function useCountdown(error: ApiError): number {
  const [left, setLeft] = useState(error.retryAfter ?? 0);
  useEffect(() => {
    if (left <= 0) return;
    const timer = setTimeout(() => setLeft(left - 1), 1_000);
    return () => clearTimeout(timer);
  }, [left]);
  return left;
}
