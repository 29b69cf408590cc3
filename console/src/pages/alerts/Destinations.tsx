/** Where notices go when a rule names no destination. */

import { useMutation } from "@tanstack/react-query";
import { useForm } from "react-hook-form";

import type { ApiError } from "@/api/errors";
import { readAnew } from "@/api/queries";
import { t } from "@/texts";
import { Button } from "@/ui/Button";
import { TextField } from "@/ui/Field";
import { markFields } from "@/ui/forms";
import { Answer, Panel } from "@/ui/Panel";
import { Refusal } from "@/ui/Refusal";

import { keepDestinations, useDestinations, type Destinations as Body } from "./reading";

const CHANNELS = ["email", "webhook", "push", "telegram", "slack", "discord", "sms"] as const;
type Fields = Record<(typeof CHANNELS)[number], string>;

const given = (of: Partial<Record<string, unknown>>): Fields =>
  Object.fromEntries(CHANNELS.map((one) => [one, typeof of[one] === "string" ? of[one] : ""])) as Fields;

const bodyOf = (fields: Fields, important: Body["important"]): Body => ({
  ...Object.fromEntries(CHANNELS.map((one) => [one, fields[one].trim() === "" ? null : fields[one].trim()])),
  important,
});

function Form({ of, important }: { of: Fields; important: Body["important"] }) {
  const form = useForm<Fields>({ defaultValues: of });
  const keep = useMutation<unknown, ApiError, Fields>({
    mutationFn: (fields) => keepDestinations(bodyOf(fields, important)),
    onSuccess: () => void readAnew(["alerts", "destinations"]),
    onError: (error) => void markFields<Fields>(error, CHANNELS, form.setError),
  });
  const submit = form.handleSubmit((fields) => keep.mutate(fields));
  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="flex flex-col gap-3">
      <p className="text-muted">{t("alerts.destinationsHint")}</p>
      <div className="grid gap-3 sm:grid-cols-2">
        {CHANNELS.map((one) => (
          <TextField key={one} label={t(`alerts.channel.${one}`)} error={form.formState.errors[one]?.message} {...form.register(one)} />
        ))}
      </div>
      {keep.error !== null && Object.keys(keep.error.fields).length === 0 && <Refusal error={keep.error} />}
      {keep.isSuccess && <p role="status">{t("alerts.kept")}</p>}
      <Button type="submit" busy={keep.isPending}>
        {t("form.save")}
      </Button>
    </form>
  );
}

export function Destinations() {
  const destinations = useDestinations();
  return (
    <Panel title={t("alerts.destinations")}>
      <Answer of={destinations}>{(of) => <Form of={given(of)} important={of.important} />}</Answer>
    </Panel>
  );
}
