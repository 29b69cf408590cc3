/** The plan that holds now, and how to end it. */

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import type { ApiError } from "@/api/errors";
import { readAnew } from "@/api/queries";
import { localTime } from "@/money/times";
import { t } from "@/texts";
import { Badge, type Tone } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Answer, Panel } from "@/ui/Panel";
import { Refusal } from "@/ui/Refusal";

import { cancel, portal, useSubscription, type Subscription } from "./reading";

const TONES: Readonly<Record<string, Tone>> = { active: "good", trialing: "good", past_due: "bad", unpaid: "bad", canceled: "plain" };

function Facts({ of }: { of: Subscription }) {
  const { price } = of;
  return (
    <dl className="grid grid-cols-2 gap-3">
      <div>
        <dt className="text-sm text-muted">{t("usage.tier")}</dt>
        <dd className="text-2xl font-semibold capitalize">{of.tier}</dd>
      </div>
      {of.status !== null && (
        <div>
          <dt className="text-sm text-muted">{t("usage.status")}</dt>
          <dd>
            <Badge tone={TONES[of.status] ?? "plain"}>{of.status.replaceAll("_", " ")}</Badge>
          </dd>
        </div>
      )}
      {price?.amount != null && (
        <div>
          <dt className="text-sm text-muted">{t("usage.amount")}</dt>
          <dd>
            {t("usage.price", { amount: price.amount, currency: (price.currency ?? "").toUpperCase(), interval: price.interval ?? "" })}
          </dd>
        </div>
      )}
      {of.currentPeriodEnd !== null && (
        <div>
          <dt className="text-sm text-muted">{t("usage.until")}</dt>
          <dd>{localTime(of.currentPeriodEnd)}</dd>
        </div>
      )}
      {of.graceUntil !== null && (
        <div>
          <dt className="text-sm text-bad">{t("usage.grace")}</dt>
          <dd>{localTime(of.graceUntil)}</dd>
        </div>
      )}
    </dl>
  );
}

/** What ending it means, by what the provider told of the subscription. */
function Ending({ of }: { of: Subscription }) {
  const { price, currentPeriodEnd } = of;
  if (currentPeriodEnd === null) return null;
  const next = price?.amount == null ? null : `${price.amount} ${(price.currency ?? "").toUpperCase()}`;
  return (
    <dl className="mt-3 grid grid-cols-2 gap-3">
      <div>
        <dt className="text-sm text-muted">{t("usage.cancelHolds", { tier: of.tier })}</dt>
        <dd className="font-medium">{localTime(currentPeriodEnd)}</dd>
      </div>
      <div>
        <dt className="text-sm text-muted">{t("usage.cancelSaved")}</dt>
        <dd className="font-medium">{next ?? "–"}</dd>
      </div>
    </dl>
  );
}

export function Plan() {
  const plan = useSubscription();
  const [ending, setEnding] = useState(false);
  const end = useMutation<unknown, ApiError>({
    mutationFn: cancel,
    onSuccess: () => {
      setEnding(false);
      void readAnew(["usage"]);
    },
  });
  const manage = useMutation<Awaited<ReturnType<typeof portal>>, ApiError>({
    mutationFn: portal,
    onSuccess: ({ data }) => window.location.assign(data.url),
  });
  return (
    <Panel title={t("usage.plan")}>
      <Answer of={plan}>
        {(of) => (
          <>
            <Facts of={of} />
            {of.id === null && <p className="mt-3 text-muted">{t(of.tier === "free" ? "usage.freeNow" : "usage.givenNow")}</p>}
            {of.cancelAtPeriodEnd && of.currentPeriodEnd !== null && (
              <p className="mt-3">{t("usage.ends", { date: localTime(of.currentPeriodEnd) })}</p>
            )}
            {of.pendingChange !== null && (
              <p className="mt-3">{t("usage.pending", { date: localTime(of.pendingChange.at), tier: of.pendingChange.tier })}</p>
            )}
            {manage.error !== null && <Refusal error={manage.error} />}
            {of.id !== null && (
              <div className="mt-4 flex flex-wrap gap-2">
                <Button busy={manage.isPending} onClick={() => manage.mutate()}>
                  {t("usage.manage")}
                </Button>
                {!of.cancelAtPeriodEnd && (
                  <Button kind="danger" onClick={() => setEnding(true)}>
                    {t("usage.cancel")}
                  </Button>
                )}
              </div>
            )}
          </>
        )}
      </Answer>
      <Dialog
        title={t("usage.cancel")}
        open={ending}
        close={() => setEnding(false)}
        answer={{ text: t("usage.cancel"), danger: true, busy: end.isPending, act: () => end.mutate() }}
      >
        <p>{t("usage.cancelSure")}</p>
        {plan.data !== undefined && <Ending of={plan.data} />}
        {end.error !== null && <Refusal error={end.error} />}
      </Dialog>
    </Panel>
  );
}
