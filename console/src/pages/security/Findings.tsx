/** One scan: what was found, what it means, what to do, and the bytes that show it. */

import { t } from "@/texts";
import { Badge, type Tone } from "@/ui/Badge";
import { Dialog } from "@/ui/Dialog";
import { Address, Name } from "@/ui/Name";

import type { Finding, Scan } from "./reading";

const TONES: Readonly<Record<string, Tone>> = { critical: "bad", high: "bad", medium: "warn", low: "plain", info: "plain" };
const ORDER = ["critical", "high", "medium", "low", "info"];
const worst = (one: Finding, other: Finding): number => ORDER.indexOf(one.severity) - ORDER.indexOf(other.severity);

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

function One({ of }: { of: Finding }) {
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

export function Findings({ of, close }: { of: Scan; close: () => void }) {
  return (
    <Dialog title={t("security.scoreOf", { score: of.riskScore })} open close={close}>
      <p className="mb-3">
        <Address of={of.target} /> · {of.chain}
      </p>
      <div className="flex max-h-[60vh] flex-col gap-3 overflow-auto" role="region" aria-label={t("security.findings")} tabIndex={0}>
        {of.findings.length === 0 && <p>{t("security.noFindings")}</p>}
        {[...of.findings].sort(worst).map((finding, place) => (
          <One key={`${finding.id}-${String(place)}`} of={finding} />
        ))}
        <details>
          <summary className="cursor-pointer font-medium">{t("security.details")}</summary>
          <pre className="overflow-auto rounded-lg bg-raised p-3 text-sm">{JSON.stringify(of.details, null, 2).slice(0, 20_000)}</pre>
        </details>
      </div>
    </Dialog>
  );
}
