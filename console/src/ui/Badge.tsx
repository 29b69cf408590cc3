/** A word about a state; its colour is never all it says. */

export type Tone = "good" | "warn" | "bad" | "plain";

const LOOKS: Readonly<Record<Tone, string>> = {
  good: "bg-good-soft text-good",
  warn: "bg-warn-soft text-warn",
  bad: "bg-bad-soft text-bad",
  plain: "bg-raised text-ink",
};

export const Badge = ({ tone = "plain", children }: { tone?: Tone; children: string }) => (
  <span className={`inline-block rounded-full px-2.5 py-0.5 text-sm font-medium ${LOOKS[tone]}`}>{children}</span>
);
