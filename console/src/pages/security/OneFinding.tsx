/** A finding: how grave, what it means, what to do, and the bytes that show it. */

import { t } from "@/texts";
import { Badge, type Tone } from "@/ui/Badge";
import { Address, Name } from "@/ui/Name";

import type { Finding } from "./reading";

const TONES: Readonly<Record<string, Tone>> = { critical: "bad", high: "bad", medium: "warn", low: "plain", info: "plain" };
const ORDER = ["critical", "high", "medium", "low", "info"];

const gravest = (one: Finding, other: Finding): number => ORDER.indexOf(one.severity) - ORDER.indexOf(other.severity);

function Evidence({ of }: { of: Finding["evidence"][number] }) {
  const parts = [of.function, of.selector, of.slot === null ? null : `slot ${of.slot}`, of.offset === null ? null : `byte ${String(of.offset)}`, of.value];
  return (
    <li className="text-sm">
      {of.address !== null && <Address of={of.address} />}{" "}
      <span className="font-mono break-all">
        <Name of={parts.filter((part) => part !== null && part !== undefined).join(" · ")} />
      </span>
    </li>
  );
}

export function OneFinding({ of }: { of: Finding }) {
  return (
    <article className="rounded-lg border border-line p-3">
      <h3 className="flex flex-wrap items-center gap-2 font-semibold">
        <Badge tone={TONES[of.severity] ?? "plain"}>{t(`security.severity.${of.severity}`)}</Badge>
        {of.title}
      </h3>
      <p className="mt-1">{of.meaning}</p>
      <p className="mt-1 text-muted">{of.advice}</p>
      {of.holder !== null && (
        <p className="mt-1 text-sm">
          {t("security.holder")}: <Name of={of.holder} />
        </p>
      )}
      {of.evidence.length > 0 && (
        <details className="mt-2">
          <summary className="cursor-pointer text-sm font-medium">{t("security.evidence")}</summary>
          <ul className="mt-1 space-y-1">
            {of.evidence.map((one, place) => (
              <Evidence key={`${one.selector ?? ""}-${String(place)}`} of={one} />
            ))}
          </ul>
        </details>
      )}
    </article>
  );
}

/** The gravest first. */
export const FindingList = ({ of }: { of: readonly Finding[] }) => (
  <>
    {[...of].sort(gravest).map((finding, place) => (
      <OneFinding key={`${finding.id}-${String(place)}`} of={finding} />
    ))}
  </>
);
