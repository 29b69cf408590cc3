/** What a wallet is about to sign, pasted and judged before it is. */

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useForm } from "react-hook-form";

import type { ApiError } from "@/api/errors";
import { readAnew } from "@/api/queries";
import { safeName } from "@/money/hostile";
import { t } from "@/texts";
import { Button } from "@/ui/Button";
import { AreaField, SelectField, TextField } from "@/ui/Field";
import { Refusal } from "@/ui/Refusal";

import { messageOf, transactionOf } from "./paste";
import { judge, type Chain, type Judgement } from "./reading";
import { Verdict } from "./Verdict";

interface Fields {
  chain: string;
  sender: string;
  pasted: string;
}

/** Fields of the form by their name in the request; every other one was pasted. */
const OWN: Readonly<Record<string, keyof Fields>> = { chain: "chain", from: "sender" };

export function SignForm({ what, chains }: { what: "transaction" | "message"; chains: readonly Chain[] }) {
  const form = useForm<Fields>({ defaultValues: { chain: chains[0]?.name ?? "", sender: "", pasted: "" } });
  const [refused, setRefused] = useState<ApiError | null>(null);
  const [left, setLeft] = useState<readonly string[]>([]);
  const asked = useMutation<Awaited<ReturnType<typeof judge>>, ApiError, string>({
    mutationFn: (body) => judge(what, body),
    onSuccess: () => {
      setRefused(null);
      void readAnew(["security", "scans"]);
    },
    onError: (error) => {
      const fields = Object.entries(error.fields);
      for (const [name, message] of fields) {
        const own = OWN[name];
        form.setError(own ?? "pasted", { message: own === undefined ? `${safeName(name)}: ${message}` : message });
      }
      setRefused(fields.length > 0 ? null : error);
    },
  });
  const submit = form.handleSubmit(({ chain, sender, pasted }) => {
    const chainId = chains.find((one) => one.name === chain)?.chainId ?? null;
    const made = (what === "transaction" ? transactionOf : messageOf)(pasted, { chain, chainId, sender: sender.trim() });
    asked.reset();
    setLeft(made.ok ? made.left : []);
    if (made.ok) asked.mutate(made.body);
    else form.setError("pasted", { message: t(made.why, made.values) }, { shouldFocus: true });
  });
  const { errors } = form.formState;
  const judged: Judgement | undefined = asked.data?.data;
  return (
    <>
      <form onSubmit={(event) => void submit(event)} noValidate className="grid items-start gap-3 sm:grid-cols-2">
        <SelectField
          label={t("security.chain")}
          error={errors.chain?.message}
          options={chains.map((chain) => ({ value: chain.name, text: chain.title }))}
          {...form.register("chain")}
        />
        <TextField label={t("security.sender")} hint={t("security.senderHint")} error={errors.sender?.message} {...form.register("sender")} />
        <div className="sm:col-span-2">
          <AreaField
            label={t(`security.what.${what}`)}
            hint={t(`security.hint.${what}`)}
            error={errors.pasted?.message}
            {...form.register("pasted", { required: t("form.required") })}
          />
        </div>
        <Button type="submit" kind="primary" busy={asked.isPending} className="sm:justify-self-start">
          {t(asked.isPending ? "security.judging" : "security.judge")}
        </Button>
      </form>
      {refused !== null && <Refusal error={refused} />}
      {left.length > 0 && <p className="mt-3 text-sm text-muted">{t("security.left", { fields: left.map(safeName).join(", ") })}</p>}
      {judged !== undefined && <Verdict of={judged} />}
    </>
  );
}
