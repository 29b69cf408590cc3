/** The user's own data. */

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

import { changeProfile, useProfile } from "./reading";

interface Fields {
  email: string;
  timeZone: string;
}

const given = (text: string): string | null => (text.trim() === "" ? null : text.trim());

function Form({ id, of }: { id: string; of: Fields }) {
  const form = useForm<Fields>({ defaultValues: of });
  const keep = useMutation<unknown, ApiError, Fields>({
    mutationFn: ({ email, timeZone }) => changeProfile({ email: given(email), timeZone: given(timeZone) }),
    onSuccess: () => void readAnew(["account", "profile"]),
    onError: (error) => void markFields<Fields>(error, ["email", "timeZone"], form.setError),
  });
  const { errors } = form.formState;
  const submit = form.handleSubmit((fields) => keep.mutate(fields));
  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="flex flex-col gap-3">
      <p className="text-sm text-muted">
        {t("account.id")}: <code className="break-all">{id}</code>
      </p>
      <TextField label={t("account.email")} hint={t("account.emailHint")} type="email" error={errors.email?.message} {...form.register("email")} />
      <TextField label={t("account.timeZone")} hint={t("account.timeZoneHint")} error={errors.timeZone?.message} {...form.register("timeZone")} />
      {keep.error !== null && Object.keys(keep.error.fields).length === 0 && <Refusal error={keep.error} />}
      {keep.isSuccess && <p role="status">{t("account.kept")}</p>}
      <Button type="submit" busy={keep.isPending}>
        {t("form.save")}
      </Button>
    </form>
  );
}

export function Profile() {
  const profile = useProfile();
  return (
    <Panel title={t("account.profile")}>
      <Answer of={profile}>{(of) => <Form id={of.id} of={{ email: of.email ?? "", timeZone: of.timeZone ?? "" }} />}</Answer>
    </Panel>
  );
}
