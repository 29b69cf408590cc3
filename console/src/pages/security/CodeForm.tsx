/** A contract or an account by its address: a job reads and explores it. */

import { useMutation } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useForm } from "react-hook-form";

import { ApiError } from "@/api/errors";
import { useJob } from "@/api/jobs";
import { readAnew } from "@/api/queries";
import { t } from "@/texts";
import { Button } from "@/ui/Button";
import { SelectField, TextField } from "@/ui/Field";
import { markFields } from "@/ui/forms";
import { Refusal } from "@/ui/Refusal";

import { scanCode, type Chain, type Job } from "./reading";

interface Fields {
  chain: string;
  address: string;
}

/** A job that failed is an error of the API's like another. */
const failure = (job: Job | undefined): ApiError | null =>
  job?.status === "failed" && job.error !== null ? new ApiError(422, job.error.code, job.error.message) : null;

function useRunning() {
  const [id, setId] = useState<string | null>(null);
  const job = useJob(id);
  const status = job.data?.status;
  const ended = status === "done" || status === "failed";
  useEffect(() => {
    if (ended) void readAnew(["security", "scans"]);
  }, [ended]);
  return { start: setId, running: id !== null && !ended, failed: failure(job.data) };
}

export function CodeForm({ what, chains }: { what: "contract" | "address"; chains: readonly Chain[] }) {
  const form = useForm<Fields>({ defaultValues: { chain: chains[0]?.name ?? "", address: "" } });
  const work = useRunning();
  const [refused, setRefused] = useState<ApiError | null>(null);
  const asked = useMutation<Awaited<ReturnType<typeof scanCode>>, ApiError, Fields>({
    mutationFn: ({ chain, address }) => scanCode(what, { chain, address: address.trim() }),
    onSuccess: ({ data }) => {
      setRefused(null);
      work.start(data.id);
    },
    onError: (error) => {
      const rest = markFields<Fields>(error, ["chain", "address"], form.setError);
      setRefused(Object.keys(error.fields).length > 0 && Object.keys(rest).length === 0 ? null : error);
    },
  });
  const { errors } = form.formState;
  const submit = form.handleSubmit((fields) => asked.mutate(fields));
  return (
    <>
      <form onSubmit={(event) => void submit(event)} noValidate className="grid items-start gap-3 sm:grid-cols-[1fr_2fr_auto]">
        <SelectField
          label={t("security.chain")}
          error={errors.chain?.message}
          options={chains.map((chain) => ({ value: chain.name, text: chain.title }))}
          {...form.register("chain")}
        />
        <TextField
          label={t(`security.what.${what}`)}
          hint={t(`security.hint.${what}`)}
          error={errors.address?.message}
          {...form.register("address", { required: t("form.required") })}
        />
        <Button type="submit" kind="primary" busy={asked.isPending || work.running} className="sm:mt-7">
          {t(work.running ? "security.running" : "security.start")}
        </Button>
      </form>
      {refused !== null && <Refusal error={refused} />}
      {work.failed !== null && <Refusal error={work.failed} />}
    </>
  );
}
