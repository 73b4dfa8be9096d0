CREATE TABLE "longhaul"."callback_targets" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"failing_since" timestamp (3) with time zone,
	"held_until" timestamp (3) with time zone,
	"next_slot_at" timestamp (3) with time zone,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "longhaul"."endpoints" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"url" text NOT NULL,
	"description" text NOT NULL,
	"event_types" jsonb,
	"labels" jsonb NOT NULL,
	"sealed_headers" text,
	"rate_per_second" integer,
	"signature" text NOT NULL,
	"sealed_secrets" text NOT NULL,
	"disabled_at" timestamp (3) with time zone,
	"disabled_reason" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "longhaul"."holds" (
	"account" text NOT NULL,
	"model" text NOT NULL,
	"reason" text NOT NULL,
	"strikes" integer NOT NULL,
	"held_until" timestamp (3) with time zone,
	"opened_at" timestamp (3) with time zone,
	"last_error" jsonb,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "holds_account_model_pk" PRIMARY KEY("account","model")
);
--> statement-breakpoint
CREATE TABLE "longhaul"."replays" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"endpoint_id" text NOT NULL,
	"since" timestamp (3) with time zone NOT NULL,
	"until" timestamp (3) with time zone NOT NULL,
	"filter" text NOT NULL,
	"state" text NOT NULL,
	"cursor" text,
	"planned" integer NOT NULL,
	"due_at" timestamp (3) with time zone,
	"claimed_until" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"finished_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "longhaul"."deliveries" ALTER COLUMN "job_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "longhaul"."deliveries" ADD COLUMN "endpoint_id" text;--> statement-breakpoint
ALTER TABLE "longhaul"."deliveries" ADD COLUMN "target_id" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "longhaul"."deliveries" ADD COLUMN "origin" text DEFAULT 'event' NOT NULL;--> statement-breakpoint
ALTER TABLE "longhaul"."deliveries" ADD COLUMN "tries" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "longhaul"."tenants" ADD COLUMN "sealed_retiring_secrets" text;--> statement-breakpoint
ALTER TABLE "longhaul"."replays" ADD CONSTRAINT "replays_endpoint_id_endpoints_id_fk" FOREIGN KEY ("endpoint_id") REFERENCES "longhaul"."endpoints"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "endpoints_list" ON "longhaul"."endpoints" USING btree ("tenant_id","created_at" desc,"id" desc);--> statement-breakpoint
CREATE INDEX "replays_list" ON "longhaul"."replays" USING btree ("endpoint_id","created_at" desc,"id" desc);--> statement-breakpoint
CREATE INDEX "replays_due" ON "longhaul"."replays" USING btree ("due_at") WHERE state = 'running';--> statement-breakpoint
CREATE INDEX CONCURRENTLY "attempts_age" ON "longhaul"."attempts" USING btree ("started_at");--> statement-breakpoint
CREATE INDEX CONCURRENTLY "deliveries_list" ON "longhaul"."deliveries" USING btree ("tenant_id","created_at" desc,"id" desc);--> statement-breakpoint
CREATE INDEX CONCURRENTLY "deliveries_endpoint" ON "longhaul"."deliveries" USING btree ("endpoint_id","created_at" desc,"id" desc) WHERE endpoint_id is not null;--> statement-breakpoint
CREATE INDEX CONCURRENTLY "deliveries_target" ON "longhaul"."deliveries" USING btree ("target_id","due_at") WHERE state = 'pending';--> statement-breakpoint
CREATE INDEX CONCURRENTLY "deliveries_order" ON "longhaul"."deliveries" USING btree ("job_id","target_id","event_seq") WHERE state = 'pending';--> statement-breakpoint
CREATE INDEX CONCURRENTLY "events_age" ON "longhaul"."events" USING btree ("created_at","id");