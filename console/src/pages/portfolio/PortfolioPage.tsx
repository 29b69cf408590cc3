/** What somebody owns and owes: total, parts, positions, history, performance, wallets. */

import { t } from "@/texts";

import { Allocation } from "./Allocation";
import { Assets } from "./Assets";
import { Coverage } from "./Coverage";
import { Exports } from "./Exports";
import { Flows } from "./Flows";
import { History } from "./History";
import { Performance } from "./Performance";
import { Positions } from "./Positions";
import { Total } from "./Total";
import { Wallets } from "./Wallets";

export function PortfolioPage() {
  return (
    <div className="mx-auto flex max-w-6xl flex-col gap-4">
      <h1 className="text-2xl font-semibold">{t("nav.portfolio")}</h1>
      <Total />
      <div className="grid gap-4 xl:grid-cols-2">
        <History />
        <Performance />
      </div>
      <Allocation />
      <Assets />
      <Positions />
      <Wallets />
      <Flows />
      <Coverage />
      <Exports />
    </div>
  );
}
