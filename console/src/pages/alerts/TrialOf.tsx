/** What a rule says of the newest event, condition by condition; nobody is told. */

import { useQuery } from "@tanstack/react-query";

import type { ApiError } from "@/api/errors";
import { safeName } from "@/money/hostile";
import { t } from "@/texts";
import { Badge } from "@/ui/Badge";
import { Dialog } from "@/ui/Dialog";
import { Name } from "@/ui/Name";
import { Answer } from "@/ui/Panel";

import { tryRule, type Rule, type Trial } from "./reading";

function Shown({ of }: { of: Trial }) {
  return (
    <>
      <p className="mb-2 font-medium">{t(of.matches ? "alerts.tryMatches" : "alerts.tryNot")}</p>
      <ul className="mb-3 space-y-1">
        {of.conditions.map((one, place) => (
          <li key={`${one.field}-${String(place)}`}>
            <Badge tone={one.holds ? "good" : "bad"}>{t(one.holds ? "alerts.holds" : "alerts.holdsNot")}</Badge>{" "}
            {one.field.replaceAll("_", " ")}
          </li>
        ))}
      </ul>
      {of.note !== null && (
        <p className="mb-2 text-muted">
          <Name of={of.note} />
        </p>
      )}
      <p className="text-sm text-muted">{t(`alerts.trySource.${of.eventSource}`)}</p>
      <pre tabIndex={0} role="region" aria-label={t(`alerts.trySource.${of.eventSource}`)} className="max-h-64 overflow-auto rounded-lg bg-raised p-3 text-sm">
        {JSON.stringify(of.event, null, 2).slice(0, 10_000)}
      </pre>
    </>
  );
}

export function TrialOf({ rule, close }: { rule: Rule; close: () => void }) {
  const trial = useQuery<Trial, ApiError>({
    queryKey: ["trial", rule.id],
    queryFn: async () => (await tryRule(rule.id)).data,
    gcTime: 0,
    staleTime: Infinity,
  });
  return (
    <Dialog title={t("alerts.tryTitle", { name: safeName(rule.name) })} open close={close}>
      <Answer of={trial}>{(of) => <Shown of={of} />}</Answer>
    </Dialog>
  );
}
