/** From an exchange's file to a report that can be filed. */

import { t } from "@/texts";
import { Beside, Page } from "@/ui/Page";

import { Bring } from "./Bring";
import { Imports } from "./Imports";
import { NewReport } from "./NewReport";
import { Reports } from "./Reports";

export function TaxPage() {
  return (
    <Page title={t("nav.tax")}>
      <Beside>
        <Bring />
        <NewReport />
      </Beside>
      <Reports />
      <Imports />
    </Page>
  );
}
