/** The verdict on what is about to be signed: a word, its sentences, what was not seen, and the calls inside. */

import { safeName } from "@/money/hostile";
import { t } from "@/texts";
import { Badge, type Tone } from "@/ui/Badge";
import { Address, Name } from "@/ui/Name";
import { Ago } from "@/ui/Time";

import { FindingList } from "./OneFinding";
import type { Judgement } from "./reading";

const TONES: Readonly<Record<Judgement["verdict"], Tone>> = {
  malicious: "bad",
  danger: "bad",
  caution: "warn",
  clear: "good",
  unknown: "warn",
};
const LOOKS: Readonly<Record<Tone, string>> = {
  bad: "border-bad bg-bad-soft",
  warn: "border-warn bg-warn-soft",
  good: "border-good bg-good-soft",
  plain: "border-line bg-raised",
};

/** Sentences of the API that may carry names of others. */
const said = (text: string): string => text.split(/\s+/).map(safeName).join(" ");

function Sentences({ title, of }: { title: string; of: readonly string[] }) {
  if (of.length === 0) return null;
  return (
    <div className="mt-3">
      <h4 className="font-semibold">{title}</h4>
      <ul className="mt-1 list-disc space-y-1 pl-5">
        {of.map((text, place) => (
          <li key={`${text.slice(0, 40)}-${String(place)}`} className="break-words">
            {said(text)}
          </li>
        ))}
      </ul>
    </div>
  );
}

type Call = NonNullable<Judgement["decoded"]>["calls"][number];

const nameOf = (call: { signature: string | null; selector: string | null }): string => call.signature ?? call.selector ?? t("security.noCall");

function Calls({ of }: { of: readonly Call[] }) {
  return (
    <ul className="mt-1 space-y-1">
      {of.map((call, place) => (
        <li key={`${call.path}-${String(place)}`} className="text-sm">
          <span className="font-mono text-muted">{call.path} </span>
          {call.delegate && <Badge tone="warn">{t("security.delegate")}</Badge>} {call.to !== null && <Address of={call.to} />}{" "}
          <span className="font-mono break-all">
            <Name of={nameOf(call)} />
          </span>
        </li>
      ))}
    </ul>
  );
}

function Decoded({ of }: { of: NonNullable<Judgement["decoded"]> }) {
  return (
    <details className="mt-3">
      <summary className="cursor-pointer font-semibold">{t("security.decoded")}</summary>
      <p className="mt-1 font-mono text-sm break-all">
        <Name of={nameOf(of)} />
      </p>
      <p className="text-sm text-muted">{t("security.confidence", { basis: of.confidence })}</p>
      <Calls of={of.calls} />
    </details>
  );
}

export function Verdict({ of }: { of: Judgement }) {
  const tone = TONES[of.verdict];
  return (
    <section role="status" aria-label={t("security.verdict")} className={`mt-4 rounded-xl border p-4 ${LOOKS[tone]}`}>
      <h3 className="flex flex-wrap items-center gap-2 text-lg font-semibold">
        {t(`security.verdict.${of.verdict}`)}
        <Badge tone={tone}>{t("security.scoreOf", { score: of.riskScore })}</Badge>
      </h3>
      <p>{t(`security.meaning.${of.verdict}`)}</p>
      <Sentences title={t("security.does")} of={of.summary} />
      <Sentences title={t("security.unseen")} of={of.unknowns} />
      {of.findings.length > 0 && (
        <div className="mt-3 flex flex-col gap-3 text-ink [&_article]:bg-panel">
          <FindingList of={of.findings} />
        </div>
      )}
      {of.decoded !== null && <Decoded of={of.decoded} />}
      {of.digest !== null && (
        <p className="mt-3 text-sm">
          {t("security.digest")}: <span className="font-mono break-all">{of.digest}</span>
        </p>
      )}
      <p className="mt-3 text-sm">
        {of.asOf.block !== null && t("security.asOf", { block: of.asOf.block })} {t("security.validUntil")} <Ago at={of.validUntil} />
      </p>
    </section>
  );
}
