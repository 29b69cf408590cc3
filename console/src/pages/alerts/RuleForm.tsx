/** The builder of a rule: it offers the fields that the catalogue has of a kind, and the comparisons that fit each. */

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useFieldArray, useForm, useWatch } from "react-hook-form";

import type { ApiError } from "@/api/errors";
import { readAnew } from "@/api/queries";
import { t } from "@/texts";
import { Button } from "@/ui/Button";
import { SelectField, TextField } from "@/ui/Field";
import { markFields } from "@/ui/forms";
import { Refusal } from "@/ui/Refusal";

import { startingOf, type Catalogue, type Kind } from "./catalogue";
import { ConditionFields } from "./ConditionFields";
import { CHANNELS, KEEP, type Fields } from "./rule_fields";

interface Props<A> {
  catalogue: Catalogue;
  first: Fields;
  /** A rule that is there keeps its kind, and whoever it tells, until another is chosen. */
  isNew: boolean;
  send: (given: Fields) => Promise<A>;
  done: (answer: A) => void;
  text: string;
}

const NAMES = ["name", "type", "cooldownSeconds", "fireIfTrue", "conditions", "channel"] as const;

export function RuleForm<A>({ catalogue, first, isNew, send, done, text }: Props<A>) {
  const form = useForm<Fields>({ defaultValues: first });
  const conditions = useFieldArray({ control: form.control, name: "conditions" });
  const [refused, setRefused] = useState<ApiError | null>(null);
  const sending = useMutation<A, ApiError, Fields>({
    mutationFn: send,
    onSuccess: (answer) => {
      setRefused(null);
      form.reset(first);
      void readAnew(["alerts"]);
      done(answer);
    },
    onError: (error) => {
      const shown = conditions.fields.flatMap((_, n) => [`conditions.${n}.field`, `conditions.${n}.operator`, `conditions.${n}.value`] as const);
      const rest = markFields<Fields>(error, [...shown, ...NAMES], form.setError);
      setRefused(Object.keys(error.fields).length > 0 && Object.keys(rest).length === 0 ? null : error);
    },
  });
  const kind = useWatch({ control: form.control, name: "type" });
  const { errors } = form.formState;
  const submit = form.handleSubmit((given) => sending.mutate(given));
  const kinds = catalogue.types.map(({ type }) => ({ value: type, text: t(`alerts.type.${type}`) }));
  const told = [{ value: "", text: t("alerts.nobody") }, ...CHANNELS.map((value) => ({ value, text: t(`alerts.channel.${value}`) }))];
  return (
    <>
      {refused !== null && <Refusal error={refused} />}
      <form onSubmit={(event) => void submit(event)} noValidate className="flex flex-col gap-4">
        <div className="grid gap-3 sm:grid-cols-2">
          <TextField label={t("alerts.name")} error={errors.name?.message} {...form.register("name", { required: t("form.required") })} />
          <SelectField
            label={t("alerts.type")}
            error={errors.type?.message}
            options={isNew ? kinds : kinds.filter((one) => one.value === first.type)}
            {...form.register("type", { onChange: (event: { target: { value: Kind } }) => conditions.replace(startingOf(catalogue, event.target.value)) })}
          />
        </div>
        <ConditionFields form={form} conditions={conditions} catalogue={catalogue} kind={kind} />
        <div className="grid gap-3 sm:grid-cols-2">
          <SelectField
            label={t("alerts.tell")}
            error={errors.channel?.message}
            options={isNew ? told : [{ value: KEEP, text: t("alerts.tellAsNow") }, ...told]}
            {...form.register("channel")}
          />
          <TextField label={t("alerts.cooldown")} inputMode="numeric" error={errors.cooldownSeconds?.message} {...form.register("cooldownSeconds")} />
        </div>
        {isNew && (
          <label className="flex items-center gap-2">
            <input type="checkbox" className="size-5" {...form.register("fireIfTrue")} />
            {t("alerts.fireIfTrue")}
          </label>
        )}
        <Button type="submit" kind="primary" busy={sending.isPending}>
          {text}
        </Button>
      </form>
    </>
  );
}
