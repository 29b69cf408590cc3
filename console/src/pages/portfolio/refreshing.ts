/** The refresh that is under way, whoever of the page asked for it: its button, or a wallet that was added. */

import { useEffect, useSyncExternalStore } from "react";

import { useJob } from "@/api/jobs";
import { readAnew } from "@/api/queries";

import { refresh } from "./reading";

interface Refreshing {
  job: string | null;
  /** Why the last one failed, in the API's words. */
  failed: string | null;
}

let state: Refreshing = { job: null, failed: null };
const watchers = new Set<() => void>();

function become(next: Refreshing): void {
  state = next;
  for (const watcher of watchers) watcher();
}

const watch = (watcher: () => void): (() => void) => {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
};

/** Ask for a refresh; ApiError where it is refused. */
export async function askRefresh(): Promise<void> {
  const { data } = await refresh();
  become({ job: data.id, failed: null });
}

/** What is under way. When it has ended, the page is read anew. */
export function useRefreshing(): { busy: boolean; failed: string | null } {
  const { job, failed } = useSyncExternalStore(watch, () => state);
  const { data } = useJob(job);
  const ended = job !== null && data?.id === job && (data.status === "done" || data.status === "failed");
  const why = data?.error?.message ?? null;
  useEffect(() => {
    if (!ended) return;
    become({ job: null, failed: why });
    void readAnew(["portfolio"]);
  }, [ended, why]);
  return { busy: job !== null, failed };
}
