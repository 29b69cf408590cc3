/** Buttons: one that matters, the others, and those that take something away. */

import type { ButtonHTMLAttributes } from "react";

type Kind = "primary" | "plain" | "danger" | "quiet";

const LOOKS: Readonly<Record<Kind, string>> = {
  primary: "bg-accent text-on-accent border-transparent hover:opacity-90",
  plain: "bg-panel text-ink border-line hover:bg-raised",
  danger: "bg-panel text-bad border-bad hover:bg-bad-soft",
  quiet: "bg-transparent text-ink border-transparent hover:bg-raised",
};

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: Kind;
  /** Something is under way: it cannot be pressed again, and says so. */
  busy?: boolean;
}

export function Button({ kind = "plain", busy = false, disabled, children, className = "", ...rest }: Props) {
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled === true || busy}
      aria-busy={busy}
      className={`inline-flex min-h-10 items-center justify-center gap-2 rounded-lg border px-4 py-1.5 font-medium disabled:cursor-not-allowed disabled:opacity-60 ${LOOKS[kind]} ${className}`}
    >
      {busy && <Spinner />}
      {children}
    </button>
  );
}

export const Spinner = () => (
  <span aria-hidden="true" className="size-4 animate-spin rounded-full border-2 border-current border-r-transparent" />
);
