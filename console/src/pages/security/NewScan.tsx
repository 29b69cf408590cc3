/** What is to be looked at: something to sign, or a contract or account by its address. */

import { useState } from "react";

import { t } from "@/texts";
import { Choice } from "@/ui/Choice";
import { Answer, Panel } from "@/ui/Panel";

import { CodeForm } from "./CodeForm";
import { useChains } from "./reading";
import { SignForm } from "./SignForm";

const KINDS = ["transaction", "message", "contract", "address"] as const;

export function NewScan() {
  const chains = useChains();
  const [kind, choose] = useState<(typeof KINDS)[number]>("transaction");
  return (
    <Panel
      title={t("security.scan")}
      actions={
        <Choice label={t("security.what")} options={KINDS.map((value) => ({ value, text: t(`security.what.${value}`) }))} value={kind} choose={choose} />
      }
    >
      <Answer of={chains}>
        {({ chains: all }) => {
          const readable = all.filter((chain) => chain.balances && chain.kind === "evm");
          return kind === "transaction" || kind === "message" ? (
            <SignForm key={kind} what={kind} chains={readable} />
          ) : (
            <CodeForm key={kind} what={kind} chains={readable} />
          );
        }}
      </Answer>
    </Panel>
  );
}
