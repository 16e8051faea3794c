"use strict";
// Hands the charts' data to Bokeh, which stands in the script before this one.

const charts = document.getElementById("page-charts");
if (charts && window.Bokeh) {
  Bokeh.embed.embed_item(JSON.parse(document.getElementById("page-charts-data").textContent), charts.id);
}
