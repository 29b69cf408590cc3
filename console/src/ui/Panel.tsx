/** A part of a page with its heading; it loads, is empty and fails by itself. */

import { Component, useId, type ReactNode } from "react";

import type { ApiError } from "@/api/errors";
import { t } from "@/texts";

import { Button } from "./Button";
import { Refusal } from "./Refusal";

interface Props {
  title: string;
  children: ReactNode;
  /** What stands beside the heading. */
  actions?: ReactNode;
  /** The least height, as a class: what comes late then moves nothing that stands below. */
  room?: string;
}

export function Panel({ title, children, actions, room = "" }: Props) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={`min-w-0 rounded-xl border border-line bg-panel p-4 shadow-sm sm:p-5 ${room}`}>
      <div className="mb-3 flex flex-wrap items-center justify-between gap-2">
        <h2 id={id} className="text-lg font-semibold">
          {title}
        </h2>
        {actions}
      </div>
      <Guard>{children}</Guard>
    </section>
  );
}

export interface Reading<D> {
  data: D | undefined;
  error: ApiError | null;
  isPending: boolean;
  refetch: () => unknown;
}

/** What an answer shows: it, that it comes, or why it does not; what was shown before stays with a word. */
export function Answer<D>({ of, children }: { of: Reading<D>; children: (data: D) => ReactNode }) {
  if (of.data !== undefined) {
    return (
      <>
        {of.error !== null && <Refusal error={of.error} again={of.refetch} stale />}
        {children(of.data)}
      </>
    );
  }
  if (of.error !== null) return <Refusal error={of.error} again={of.refetch} />;
  return <Loading />;
}

export const Loading = () => (
  <div role="status" className="min-h-32 animate-pulse space-y-2">
    <span className="sr-only">{t("state.loading")}</span>
    <div className="h-4 w-2/3 rounded bg-raised" />
    <div className="h-4 w-1/2 rounded bg-raised" />
    <div className="h-4 w-3/5 rounded bg-raised" />
  </div>
);

export const Empty = ({ children }: { children: ReactNode }) => <p className="py-2 text-muted">{children}</p>;

type Broken = "answer" | "release";
// How browsers say that a file of the program is not there: of a release that is gone, or without a network.
const NO_FILE = /dynamically imported module|importing a module script|loading css chunk|preload css/i;

/** Keeps what breaks within a part from the rest of the page: an answer of another form, a file that is gone. */
export class Guard extends Component<{ children: ReactNode }, { broken: Broken | null }> {
  override state: { broken: Broken | null } = { broken: null };

  static getDerivedStateFromError(error: unknown): { broken: Broken } {
    return { broken: error instanceof Error && NO_FILE.test(error.message) ? "release" : "answer" };
  }

  override render() {
    if (this.state.broken === null) return this.props.children;
    return (
      <div role="alert" className="rounded-lg bg-bad-soft p-3 text-bad">
        <p>{t(this.state.broken === "release" ? "error.release" : "error.garbage")}</p>
        {this.state.broken === "release" && <Button onClick={() => window.location.reload()}>{t("app.load")}</Button>}
      </div>
    );
  }
}
