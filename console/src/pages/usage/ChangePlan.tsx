/** Another plan: what it would cost by the provider's own word, then the change or the payment. */

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import type { ApiError } from "@/api/errors";
import { readAnew } from "@/api/queries";
import { t } from "@/texts";
import { Button } from "@/ui/Button";
import { SelectField } from "@/ui/Field";
import { Answer, Panel } from "@/ui/Panel";
import { Refusal } from "@/ui/Refusal";

import { change, checkout, preview, useSubscription, type Subscription, type Wanted } from "./reading";

const PLANS: readonly Wanted["tier"][] = ["starter", "pro", "enterprise"];
const INTERVALS = ["month", "year"] as const;
type Provider = "stripe" | "paddle";

function Picker({ wanted, pick }: { wanted: Wanted; pick: (wanted: Wanted) => void }) {
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      <SelectField
        label={t("usage.choose")}
        value={wanted.tier}
        onChange={(event) => pick({ ...wanted, tier: event.target.value as Wanted["tier"] })}
        options={PLANS.map((value) => ({ value, text: value }))}
      />
      <SelectField
        label={t("usage.interval")}
        value={wanted.interval}
        onChange={(event) => pick({ ...wanted, interval: event.target.value as Wanted["interval"] })}
        options={INTERVALS.map((value) => ({ value, text: t(`usage.${value}`) }))}
      />
    </div>
  );
}

/** Who pays already changes the plan; the provider says before what that costs. */
function Change({ wanted }: { wanted: Wanted }) {
  const asked = useMutation<Awaited<ReturnType<typeof preview>>, ApiError, Wanted>({ mutationFn: preview });
  const done = useMutation<unknown, ApiError, Wanted>({
    mutationFn: change,
    onSuccess: () => {
      asked.reset();
      void readAnew(["usage"]);
    },
  });
  const costs = asked.data?.data;
  const currency = costs?.currency.toUpperCase() ?? "";
  return (
    <div className="mt-4 flex flex-col gap-3">
      {asked.error !== null && <Refusal error={asked.error} />}
      {done.error !== null && <Refusal error={done.error} />}
      {costs === undefined ? (
        <Button busy={asked.isPending} onClick={() => asked.mutate(wanted)}>
          {t("usage.preview")}
        </Button>
      ) : (
        <>
          <dl className="grid grid-cols-3 gap-3">
            {([["usage.dueNow", costs.dueNow], ["usage.credit", costs.credit], ["usage.next", costs.next]] as const).map(([text, amount]) => (
              <div key={text}>
                <dt className="text-sm text-muted">{t(text)}</dt>
                <dd className="font-medium">
                  {amount} {currency}
                </dd>
              </div>
            ))}
          </dl>
          <Button kind="primary" busy={done.isPending} onClick={() => done.mutate(wanted)}>
            {t("usage.confirm")}
          </Button>
        </>
      )}
    </div>
  );
}

/** Who does not pay yet goes to the provider's own page. */
function Subscribe({ wanted }: { wanted: Wanted }) {
  const [provider, setProvider] = useState<Provider>("stripe");
  const go = useMutation<Awaited<ReturnType<typeof checkout>>, ApiError>({
    mutationFn: () => checkout({ ...wanted, provider, currency: null }),
    onSuccess: ({ data }) => window.location.assign(data.checkoutUrl),
  });
  return (
    <div className="mt-4 flex flex-col gap-3">
      <SelectField
        label={t("usage.provider")}
        value={provider}
        onChange={(event) => setProvider(event.target.value as Provider)}
        options={[
          { value: "stripe", text: "Stripe" },
          { value: "paddle", text: "Paddle" },
        ]}
      />
      {go.error !== null && <Refusal error={go.error} />}
      <Button kind="primary" busy={go.isPending} onClick={() => go.mutate()}>
        {t("usage.subscribe")}
      </Button>
    </div>
  );
}

const first = (of: Subscription): Wanted => ({ tier: PLANS.find((plan) => plan !== of.tier) ?? "pro", interval: "month" });

function Choose({ of }: { of: Subscription }) {
  const [wanted, setWanted] = useState<Wanted>(() => first(of));
  return (
    <>
      <Picker wanted={wanted} pick={setWanted} />
      {of.id === null ? <Subscribe wanted={wanted} /> : <Change key={`${wanted.tier}-${wanted.interval}`} wanted={wanted} />}
    </>
  );
}

export function ChangePlan() {
  const plan = useSubscription();
  return (
    <Panel title={t("usage.change")}>
      <Answer of={plan}>{(of) => <Choose of={of} />}</Answer>
    </Panel>
  );
}
