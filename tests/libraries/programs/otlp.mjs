// The usual provider of OpenTelemetry, sending where the environment says.
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { defaultResource, resourceFromAttributes } from "@opentelemetry/resources";

const name = resourceFromAttributes({ "service.name": process.env.OTEL_SERVICE_NAME });
export const provider = new NodeTracerProvider({
  resource: defaultResource().merge(name),
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
});
provider.register();
