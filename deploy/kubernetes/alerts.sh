#!/bin/sh
# The alert rules of deploy/telemetry as the Prometheus Operator takes them: deploy/kubernetes/alerts.sh | kubectl apply -f -
set -eu
cd "$(dirname "$0")/../.."
for file in deploy/telemetry/alerts/*.yaml; do
  printf -- '---\napiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: { name: %s, namespace: groove }\nspec:\n' \
    "$(basename "$file" .yaml)"
  sed 's/^/  /' "$file"
done
