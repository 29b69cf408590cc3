/** Rules, what they fired, and where that is told. */

import { t } from "@/texts";
import { Page } from "@/ui/Page";

import { Destinations } from "./Destinations";
import { Fired } from "./Fired";
import { NewRule } from "./NewRule";
import { Rules } from "./Rules";

export function AlertsPage() {
  return (
    <Page title={t("nav.alerts")}>
      <Fired />
      <Rules />
      <NewRule />
      <Destinations />
    </Page>
  );
}
