/** What the stage says of itself: a file beside the pages. */

import { useQuery } from "@tanstack/react-query";

export interface StageFacts {
  stage: string;
}

async function read(): Promise<StageFacts> {
  const answer = await fetch("/app/stage.json", { cache: "no-store" });
  const found: unknown = answer.ok ? await answer.json() : null;
  const stage = typeof found === "object" && found !== null ? (found as { stage?: unknown }).stage : null;
  return { stage: typeof stage === "string" ? stage : "" };
}

export const useStage = () => useQuery({ queryKey: ["stage"], queryFn: read, staleTime: Infinity, retry: 1 });
