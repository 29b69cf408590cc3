/** What somebody owns and owes: total, parts, positions, history, performance, wallets. */

import { t } from "@/texts";
import { Beside, Page } from "@/ui/Page";

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
    <Page title={t("nav.portfolio")}>
      <Total />
      <Beside>
        <History />
        <Performance />
      </Beside>
      <Allocation />
      <Assets />
      <Positions />
      <Wallets />
      <Flows />
      <Coverage />
      <Exports />
    </Page>
  );
}
