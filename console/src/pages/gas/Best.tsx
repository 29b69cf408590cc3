/** Whether waiting pays: until when, at which price, what it saves and what it may cost. */

import { useState, type ReactNode } from "react";

import { count } from "@/money/format";
import { coin, percentOf, share } from "@/money/wei";
import { t, type TextKey } from "@/texts";
import { Badge } from "@/ui/Badge";
import { SelectField } from "@/ui/Field";
import { Amount, Usd } from "@/ui/Money";
import { Answer, Empty, Panel } from "@/ui/Panel";
import { At } from "@/ui/Time";

import { OPERATIONS, useBest, WITHIN, type Best as Found, type Operation, type Within } from "./reading";
import { Gwei, lengthOf } from "./words";

function Told({ of, symbol }: { of: Found; symbol: string }) {
  const isWait = of.advice === "wait";
  const { expectedSaving: saving, evidence, regret } = of;
  const facts: readonly (readonly [TextKey, ReactNode])[] = [
    ["gas.sendBy", <At key="by" at={of.window.to} />],
    ["gas.sendAt", <Gwei key="at" wei={of.window.sendAtBaseFee} />],
    ["gas.saves", <span key="saves"><Amount value={coin(saving.native)} unit={symbol} /> · <Usd value={saving.usd} /> · {percentOf(saving.percent)}</span>],
    ["gas.saved80", t("gas.range", { low: percentOf(saving.p80[0]), high: percentOf(saving.p80[1]) })],
    ["gas.regret", t("gas.regretOf", { share: share(regret.probability), more: percentOf(regret.percent) })],
    ["gas.worst", percentOf(evidence.worst)],
    ["gas.waited", t("gas.waitedOf", { time: lengthOf(evidence.meanWaitSeconds), every: lengthOf(evidence.everySeconds) })],
    ["gas.moments", count(evidence.n)],
  ];
  return (
    <>
      <p role="status" className="mb-3 flex flex-wrap items-center gap-2 text-lg font-semibold">
        <Badge tone={isWait ? "good" : "plain"}>{t(isWait ? "gas.wait" : "gas.sendNow")}</Badge>
        {t(isWait ? "gas.waitMeans" : "gas.sendNowMeans")}
      </p>
      <dl className="grid gap-3 sm:grid-cols-2 lg:grid-cols-4">
        {facts.map(([text, value]) => (
          <div key={text} className="min-w-0">
            <dt className="text-sm text-muted">{t(text)}</dt>
            <dd className="font-medium">{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

export function Best({ chain, symbol }: { chain: string; symbol: string }) {
  const [operation, setOperation] = useState<Operation>("native_transfer");
  const [within, setWithin] = useState<Within>("1h");
  const found = useBest(chain, operation, within);
  if (chain === "") return null;
  const none = found.data === undefined && found.error?.status === 422;
  return (
    <Panel title={t("gas.bestTime")}>
      <div className="mb-4 grid max-w-xl gap-3 sm:grid-cols-2">
        <SelectField
          label={t("gas.toSend")}
          value={operation}
          onChange={(event) => setOperation(event.target.value as Operation)}
          options={OPERATIONS.map((value) => ({ value, text: t(`gas.op.${value}`) }))}
        />
        <SelectField
          label={t("gas.sendWithin")}
          value={within}
          onChange={(event) => setWithin(event.target.value as Within)}
          options={WITHIN.map((value) => ({ value, text: t(`gas.for.${value}`) }))}
        />
      </div>
      {none ? <Empty>{t("gas.noBest")}</Empty> : <Answer of={found}>{(of) => <Told of={of} symbol={symbol} />}</Answer>}
    </Panel>
  );
}
