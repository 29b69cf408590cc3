/** What a call of one's own costs, by its data or its units of gas. */

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useForm } from "react-hook-form";

import type { ApiError } from "@/api/errors";
import { t } from "@/texts";
import { Button } from "@/ui/Button";
import { TextField } from "@/ui/Field";
import { markFields } from "@/ui/forms";
import { Panel } from "@/ui/Panel";
import { Refusal } from "@/ui/Refusal";

import { CostTable } from "./Costs";
import { isEstimate, price, type Wanted } from "./reading";

interface Fields {
  to: string;
  data: string;
  from: string;
  value: string;
  gasLimit: string;
}
const EMPTY: Fields = { to: "", data: "", from: "", value: "", gasLimit: "" };
const NAMES = ["to", "data", "from", "value", "gasLimit"] as const;

/** What was filled in, and nothing else. */
function wantedOf(fields: Fields): Wanted {
  const { gasLimit, ...call } = Object.fromEntries(NAMES.map((name) => [name, fields[name].trim()]).filter(([, text]) => text !== "")) as Partial<Fields>;
  return { ...call, ...(gasLimit === undefined ? {} : { gasLimit: Number(gasLimit) }) };
}

type Priced = Awaited<ReturnType<typeof price>>;

export function Calls({ chain, symbol }: { chain: string; symbol: string }) {
  const form = useForm<Fields>({ defaultValues: EMPTY });
  const [refused, setRefused] = useState<ApiError | null>(null);
  const asked = useMutation<Priced, ApiError, Fields>({
    mutationFn: (fields) => price(chain, wantedOf(fields)),
    onMutate: () => setRefused(null),
    onError: (error) => {
      const rest = markFields<Fields>(error, NAMES, form.setError);
      setRefused(Object.keys(error.fields).length > 0 && Object.keys(rest).length === 0 ? null : error);
    },
  });
  if (chain === "") return null;
  const { errors } = form.formState;
  const submit = form.handleSubmit((fields) => {
    if (fields.to.trim() === "" && fields.gasLimit.trim() === "") form.setError("to", { message: t("form.required") }, { shouldFocus: true });
    else asked.mutate(fields);
  });
  const found = asked.data?.data;
  return (
    <Panel title={t("gas.price")}>
      <form onSubmit={(event) => void submit(event)} noValidate className="mb-3 flex flex-col gap-3">
        <TextField label={t("gas.to")} hint={t("gas.toHint")} error={errors.to?.message} {...form.register("to")} />
        <TextField label={t("gas.data")} error={errors.data?.message} {...form.register("data")} />
        <div className="grid gap-3 sm:grid-cols-2">
          <TextField label={t("gas.from")} error={errors.from?.message} {...form.register("from")} />
          <TextField label={t("gas.value")} inputMode="numeric" error={errors.value?.message} {...form.register("value")} />
        </div>
        <TextField label={t("gas.limit")} inputMode="numeric" error={errors.gasLimit?.message} {...form.register("gasLimit")} />
        {refused !== null && <Refusal error={refused} />}
        <Button type="submit" kind="primary" busy={asked.isPending}>
          {t("gas.priceIt")}
        </Button>
      </form>
      <div aria-live="polite">{found !== undefined && isEstimate(found) && <CostTable rows={found.cost} symbol={symbol} />}</div>
    </Panel>
  );
}
