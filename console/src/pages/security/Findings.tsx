/** One scan: what was found, and what was looked at. */

import { t } from "@/texts";
import { Dialog } from "@/ui/Dialog";
import { Address } from "@/ui/Name";

import { FindingList } from "./OneFinding";
import type { Scan } from "./reading";

export function Findings({ of, close }: { of: Scan; close: () => void }) {
  return (
    <Dialog title={t("security.scoreOf", { score: of.riskScore })} open close={close}>
      <p className="mb-3">
        <Address of={of.target} /> · {of.chain}
      </p>
      <div className="flex max-h-[60vh] flex-col gap-3 overflow-auto" role="region" aria-label={t("security.findings")} tabIndex={0}>
        {of.findings.length === 0 && <p>{t("security.noFindings")}</p>}
        <FindingList of={of.findings} />
        <details>
          <summary className="cursor-pointer font-medium">{t("security.details")}</summary>
          <pre className="overflow-auto rounded-lg bg-raised p-3 text-sm">{JSON.stringify(of.details, null, 2).slice(0, 20_000)}</pre>
        </details>
      </div>
    </Dialog>
  );
}
