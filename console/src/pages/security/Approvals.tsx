/** What a wallet lets others take now, and how each is taken back. */

import { useState } from "react";
import { useForm } from "react-hook-form";

import { t } from "@/texts";
import { Badge } from "@/ui/Badge";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { SelectField, TextField } from "@/ui/Field";
import { Address, Name } from "@/ui/Name";
import { Answer, Loading, Panel } from "@/ui/Panel";
import { Table } from "@/ui/Table";
import { Ago } from "@/ui/Time";

import { FindingList } from "./OneFinding";
import { useApprovals, useChains, type Approval, type Chain } from "./reading";
import { Score } from "./Scans";

interface Fields {
  chain: string;
  wallet: string;
}

function TakeBack({ of, close }: { of: Approval; close: () => void }) {
  return (
    <Dialog title={t("security.takeBack")} open close={close}>
      <p>{t("security.takeBackHow")}</p>
      <dl className="mt-3 space-y-2 text-sm">
        <dt className="font-medium">{t("security.callTo")}</dt>
        <dd className="font-mono break-all">{of.revoke.to}</dd>
        <dt className="font-medium">{t("security.callData")}</dt>
        <dd className="font-mono break-all">{of.revoke.data}</dd>
      </dl>
      <div className="mt-3 flex flex-col gap-3">
        <FindingList of={of.findings} />
      </div>
    </Dialog>
  );
}

function Listed({ rows }: { rows: readonly Approval[] }) {
  const [shown, show] = useState<Approval | null>(null);
  return (
    <>
      <Table
        caption={t("security.approvals")}
        rows={rows}
        id={(row) => `${row.token}-${row.spender}-${row.via}`}
        empty={t("security.noApprovals")}
        columns={[
          { title: t("security.token"), cell: (row) => <Address of={row.token} /> },
          { title: t("security.spender"), cell: (row) => (row.spenderName === null ? <Address of={row.spender} /> : <Name of={row.spenderName} />) },
          {
            title: t("security.mayTake"),
            cell: (row) => (row.unlimited ? <Badge tone="warn">{t("security.everything")}</Badge> : <span className="font-mono">{row.amount}</span>),
          },
          { title: t("security.exposed"), cell: (row) => <span className="font-mono break-all">{row.exposure}</span>, number: true },
          { title: t("security.score"), cell: (row) => <Score of={row.riskScore} /> },
          {
            title: "",
            cell: (row) => (
              <Button onClick={() => show(row)} aria-label={`${t("security.takeBack")} ${row.spender}`}>
                {t("security.takeBack")}
              </Button>
            ),
          },
        ]}
      />
      {shown !== null && <TakeBack of={shown} close={() => show(null)} />}
    </>
  );
}

function Search({ chains, look }: { chains: readonly Chain[]; look: (of: Fields) => void }) {
  const form = useForm<Fields>({ defaultValues: { chain: chains[0]?.name ?? "", wallet: "" } });
  const submit = form.handleSubmit(({ chain, wallet }) => look({ chain, wallet: wallet.trim() }));
  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="mb-4 grid items-start gap-3 sm:grid-cols-[1fr_2fr_auto]">
      <SelectField label={t("security.chain")} options={chains.map((one) => ({ value: one.name, text: one.title }))} {...form.register("chain")} />
      <TextField
        label={t("security.wallet")}
        error={form.formState.errors.wallet?.message}
        {...form.register("wallet", { required: t("form.required") })}
      />
      <Button type="submit" className="sm:mt-7">
        {t("security.look")}
      </Button>
    </form>
  );
}

function Told({ of }: { of: Fields }) {
  const [reading, setReading] = useState(true);
  const told = useApprovals(of, reading);
  const still = told.data === undefined || told.data.job !== null;
  if (still !== reading) setReading(still);
  return (
    <Answer of={told}>
      {(answer) => (
        <>
          {answer.approvals === null ? <Loading /> : <Listed rows={answer.approvals} />}
          {answer.unknowns.map((text) => (
            <p key={text} className="mt-2 rounded-lg bg-warn-soft p-2 text-sm">
              {text}
            </p>
          ))}
          {answer.at !== null && (
            <p className="mt-2 text-sm text-muted">
              {answer.stale ? t("security.readAnew") : t("security.readAt")} <Ago at={answer.at} />
            </p>
          )}
        </>
      )}
    </Answer>
  );
}

export function Approvals() {
  const chains = useChains();
  const [of, look] = useState<Fields | null>(null);
  return (
    <Panel title={t("security.approvals")}>
      <Answer of={chains}>
        {({ chains: all }) => <Search chains={all.filter((one) => one.balances && one.kind === "evm")} look={look} />}
      </Answer>
      {of !== null && <Told key={`${of.chain}-${of.wallet}`} of={of} />}
    </Panel>
  );
}
