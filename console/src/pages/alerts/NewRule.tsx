/** The builder of a rule: it offers the fields that a kind knows and the comparisons that fit each. */

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useFieldArray, useForm, useWatch } from "react-hook-form";

import type { Schema } from "@/api/client";
import type { ApiError } from "@/api/errors";
import { readAnew } from "@/api/queries";
import { safeName } from "@/money/hostile";
import { t } from "@/texts";
import { Button } from "@/ui/Button";
import { SelectField, TextField } from "@/ui/Field";
import { markFields } from "@/ui/forms";
import { Panel } from "@/ui/Panel";
import { Refusal } from "@/ui/Refusal";

import { FIRST, fieldsOf, KINDS, operatorsOf, type Kind, type Operator } from "./catalogue";
import { addRule, type NewRule as Body } from "./reading";

type Channel = Schema["ActionBody"]["type"];
const CHANNELS: readonly Channel[] = ["email", "webhook", "push", "telegram", "slack", "discord", "sms"];

interface Fields {
  name: string;
  type: Kind;
  conditions: { field: string; operator: Operator; value: string }[];
  channel: Channel | "";
  cooldownSeconds: string;
  fireIfTrue: boolean;
}

const starting = (type: Kind): Fields["conditions"] => FIRST[type].map((one) => ({ ...one, value: "" }));
const EMPTY: Fields = { name: "", type: "price", conditions: starting("price"), channel: "email", cooldownSeconds: "300", fireIfTrue: false };

const bodyOf = (given: Fields): Body => ({
  name: given.name,
  type: given.type,
  conditions: given.conditions.map((one) => ({ ...one, value: one.value.trim() })),
  actions: given.channel === "" ? [] : [{ type: given.channel, destination: null, template: null, important: false }],
  enabled: true,
  cooldownSeconds: Number(given.cooldownSeconds),
  trigger: null,
  hysteresis: null,
  fireIfTrue: given.fireIfTrue,
});

function useMaking(done: (made: Schema["KeptRuleView"]) => void, refused: (error: ApiError) => void) {
  return useMutation<Awaited<ReturnType<typeof addRule>>, ApiError, Fields>({
    mutationFn: (given) => addRule(bodyOf(given)),
    onSuccess: ({ data }) => {
      done(data);
      void readAnew(["alerts"]);
    },
    onError: refused,
  });
}

export function NewRule() {
  const form = useForm<Fields>({ defaultValues: EMPTY });
  const conditions = useFieldArray({ control: form.control, name: "conditions" });
  const [made, setMade] = useState<Schema["KeptRuleView"] | null>(null);
  const [refused, setRefused] = useState<ApiError | null>(null);
  const making = useMaking(
    (rule) => {
      setMade(rule);
      setRefused(null);
      form.reset(EMPTY);
    },
    (error) => {
      const names = ["name", "type", "cooldownSeconds", "fireIfTrue", "conditions"] as const;
      const shown = conditions.fields.flatMap((_, n) => [`conditions.${n}.field`, `conditions.${n}.operator`, `conditions.${n}.value`] as const);
      const rest = markFields<Fields>(error, [...shown, ...names], form.setError);
      setRefused(Object.keys(error.fields).length > 0 && Object.keys(rest).length === 0 ? null : error);
    },
  );
  const kind = useWatch({ control: form.control, name: "type" });
  const chosen = useWatch({ control: form.control, name: "conditions" });
  const { errors } = form.formState;
  const submit = form.handleSubmit((given) => making.mutate(given));
  return (
    <Panel title={t("alerts.new")}>
      {made !== null && (
        <div role="status" className="mb-3 rounded-lg bg-good-soft p-3">
          <p>{t("alerts.made", { name: safeName(made.name) })}</p>
          {made.signingSecret !== null && (
            <p>
              {t("alerts.secret")} <code className="break-all">{made.signingSecret}</code>
            </p>
          )}
        </div>
      )}
      {refused !== null && <Refusal error={refused} />}
      <form onSubmit={(event) => void submit(event)} noValidate className="flex flex-col gap-4">
        <div className="grid gap-3 sm:grid-cols-2">
          <TextField label={t("alerts.name")} error={errors.name?.message} {...form.register("name", { required: t("form.required") })} />
          <SelectField
            label={t("alerts.type")}
            error={errors.type?.message}
            options={KINDS.map((value) => ({ value, text: t(`alerts.type.${value}`) }))}
            {...form.register("type", { onChange: (event: { target: { value: Kind } }) => conditions.replace(starting(event.target.value)) })}
          />
        </div>
        {conditions.fields.map((row, n) => {
          const field = chosen[n]?.field ?? row.field;
          const wrong = errors.conditions?.[n];
          return (
            <fieldset key={row.id} className="grid items-end gap-3 rounded-lg border border-line p-3 sm:grid-cols-[1fr_1fr_1fr_auto]">
              <legend className="px-1 text-sm text-muted">{t("alerts.condition", { number: n + 1 })}</legend>
              <SelectField
                label={t("alerts.field")}
                error={wrong?.field?.message}
                options={fieldsOf(kind).map((value) => ({ value, text: value.replaceAll("_", " ") }))}
                {...form.register(`conditions.${n}.field`, {
                  onChange: (event: { target: { value: string } }) =>
                    form.setValue(`conditions.${n}.operator`, operatorsOf(kind, event.target.value)[0] ?? "eq"),
                })}
              />
              <SelectField
                label={t("alerts.operator")}
                error={wrong?.operator?.message}
                options={operatorsOf(kind, field).map((value) => ({ value, text: t(`alerts.op.${value}`) }))}
                {...form.register(`conditions.${n}.operator`)}
              />
              <TextField
                label={t("alerts.value")}
                error={wrong?.value?.message}
                {...form.register(`conditions.${n}.value`, { required: t("form.required") })}
              />
              <Button
                kind="quiet"
                disabled={conditions.fields.length < 2}
                aria-label={t("alerts.removeCondition", { number: n + 1 })}
                onClick={() => conditions.remove(n)}
              >
                ✕
              </Button>
            </fieldset>
          );
        })}
        {errors.conditions?.root?.message !== undefined && <p className="text-sm text-bad">{errors.conditions.root.message}</p>}
        <div>
          <Button onClick={() => conditions.append({ field: fieldsOf(kind)[0] ?? "", operator: "eq", value: "" })}>{t("alerts.addCondition")}</Button>
        </div>
        <div className="grid gap-3 sm:grid-cols-2">
          <SelectField
            label={t("alerts.tell")}
            options={[{ value: "", text: t("alerts.nobody") }, ...CHANNELS.map((value) => ({ value, text: t(`alerts.channel.${value}`) }))]}
            {...form.register("channel")}
          />
          <TextField label={t("alerts.cooldown")} inputMode="numeric" error={errors.cooldownSeconds?.message} {...form.register("cooldownSeconds")} />
        </div>
        <label className="flex items-center gap-2">
          <input type="checkbox" className="size-5" {...form.register("fireIfTrue")} />
          {t("alerts.fireIfTrue")}
        </label>
        <Button type="submit" kind="primary" busy={making.isPending}>
          {t("alerts.make")}
        </Button>
      </form>
    </Panel>
  );
}
