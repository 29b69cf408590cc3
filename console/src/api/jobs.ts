/** Jobs that a page started: asked again until they have ended. */

import { api } from "./client";
import { useAnswer } from "./queries";

const EVERY_MS = 3_000;

/** The job of an id, read every three seconds and when the stream tells of one; nothing is asked without an id. */
export const useJob = (id: string | null) =>
  useAnswer(["jobs", id], () => api.get("/v1/jobs/{jobId}", { params: { path: { jobId: id ?? "" } } }), {
    enabled: id !== null,
    every: EVERY_MS,
  });
