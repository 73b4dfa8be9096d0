CREATE SCHEMA "longhaul";
--> statement-breakpoint
CREATE TABLE "longhaul"."accounts" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"name" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "accounts_name_unique" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "longhaul"."api_keys" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"name" text NOT NULL,
	"hash" text NOT NULL,
	"scopes" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"revoked_at" timestamp (3) with time zone,
	CONSTRAINT "api_keys_hash_unique" UNIQUE("hash")
);
--> statement-breakpoint
CREATE TABLE "longhaul"."artifacts" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"job_id" text NOT NULL,
	"turn_id" text NOT NULL,
	"kind" text NOT NULL,
	"status" text NOT NULL,
	"object_key" text,
	"filename" text NOT NULL,
	"content_type" text NOT NULL,
	"bytes" bigint,
	"sha256" text,
	"width" bigint,
	"height" bigint,
	"item_id" text,
	"item_type" text NOT NULL,
	"container_id" text,
	"file_id" text,
	"path" text,
	"prefix" text NOT NULL,
	"revised_prompt" text,
	"params" jsonb NOT NULL,
	"error" text,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "longhaul"."attempts" (
	"delivery_id" text NOT NULL,
	"number" integer NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"duration_ms" double precision NOT NULL,
	"status" integer,
	"outcome" text NOT NULL,
	"message" text,
	"reply_headers" jsonb NOT NULL,
	"reply_body" text NOT NULL,
	CONSTRAINT "attempts_delivery_id_number_pk" PRIMARY KEY("delivery_id","number")
);
--> statement-breakpoint
CREATE TABLE "longhaul"."deliveries" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"job_id" text NOT NULL,
	"event_seq" integer NOT NULL,
	"event_type" text NOT NULL,
	"url" text NOT NULL,
	"payload" text NOT NULL,
	"state" text NOT NULL,
	"attempts" integer NOT NULL,
	"due_at" timestamp (3) with time zone,
	"claimed_until" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"finished_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "longhaul"."events" (
	"id" text NOT NULL,
	"job_id" text NOT NULL,
	"seq" integer NOT NULL,
	"type" text NOT NULL,
	"data" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "events_job_id_seq_pk" PRIMARY KEY("job_id","seq"),
	CONSTRAINT "events_id_unique" UNIQUE("id")
);
--> statement-breakpoint
CREATE TABLE "longhaul"."idempotency" (
	"tenant_id" text NOT NULL,
	"key" text NOT NULL,
	"body_hash" text NOT NULL,
	"job_id" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "idempotency_tenant_id_key_pk" PRIMARY KEY("tenant_id","key")
);
--> statement-breakpoint
CREATE TABLE "longhaul"."inbox" (
	"id" text PRIMARY KEY NOT NULL,
	"webhook_id" text NOT NULL,
	"account" text NOT NULL,
	"body" text NOT NULL,
	"event_type" text,
	"response_id" text,
	"sent_at" timestamp (3) with time zone NOT NULL,
	"received_at" timestamp (3) with time zone NOT NULL,
	"attempts" integer NOT NULL,
	"due_at" timestamp (3) with time zone,
	"handled_at" timestamp (3) with time zone,
	"outcome" text,
	CONSTRAINT "inbox_webhook_id_unique" UNIQUE("webhook_id")
);
--> statement-breakpoint
CREATE TABLE "longhaul"."job_requests" (
	"job_id" text PRIMARY KEY NOT NULL,
	"body" text NOT NULL,
	"sealed_secrets" text
);
--> statement-breakpoint
CREATE TABLE "longhaul"."job_search" (
	"job_id" text PRIMARY KEY NOT NULL,
	"labels" text DEFAULT '' NOT NULL,
	"prompt" text DEFAULT '' NOT NULL,
	"output" text DEFAULT '' NOT NULL,
	"extra" text DEFAULT '' NOT NULL,
	"document" "tsvector" GENERATED ALWAYS AS (setweight(to_tsvector('english', labels) || to_tsvector('simple', regexp_replace(translate(labels, './_-@:=&?%~+#', '             '), '([\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff])', ' \1 ', 'g')), 'A') || setweight(to_tsvector('english', prompt) || to_tsvector('simple', regexp_replace(translate(prompt, './_-@:=&?%~+#', '             '), '([\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff])', ' \1 ', 'g')), 'B') || setweight(to_tsvector('english', output) || to_tsvector('simple', regexp_replace(translate(output, './_-@:=&?%~+#', '             '), '([\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff])', ' \1 ', 'g')), 'C') || setweight(to_tsvector('english', extra) || to_tsvector('simple', regexp_replace(translate(extra, './_-@:=&?%~+#', '             '), '([\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff])', ' \1 ', 'g')), 'D')) STORED NOT NULL
);
--> statement-breakpoint
CREATE TABLE "longhaul"."jobs" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL,
	"key_id" text,
	"account" text NOT NULL,
	"status" text NOT NULL,
	"model" text NOT NULL,
	"labels" jsonb NOT NULL,
	"metadata" jsonb NOT NULL,
	"priority" integer NOT NULL,
	"callback_url" text,
	"callback_events" jsonb,
	"start_after" timestamp (3) with time zone,
	"deadline_at" timestamp (3) with time zone,
	"retention_days" integer,
	"expires_at" timestamp (3) with time zone,
	"previous_job_id" text,
	"on_unconfirmed" text NOT NULL,
	"end_user" text,
	"response_id" text,
	"progress" jsonb,
	"error" jsonb,
	"incomplete_details" jsonb,
	"refusal" text,
	"required_action" jsonb,
	"action_timeout_seconds" integer DEFAULT 86400 NOT NULL,
	"action_due_at" timestamp (3) with time zone,
	"cost_micro_usd" bigint,
	"cancel_requested_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"started_at" timestamp (3) with time zone,
	"finished_at" timestamp (3) with time zone,
	"last_seq" integer DEFAULT 0 NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	"delete_upstream" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "longhaul"."migrations" (
	"number" integer PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"hash" text NOT NULL,
	"applied_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "longhaul"."refused_webhooks" (
	"id" text PRIMARY KEY NOT NULL,
	"account" text NOT NULL,
	"reason" text NOT NULL,
	"webhook_id" text,
	"age_seconds" double precision,
	"address" text,
	"received_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "longhaul"."results" (
	"turn_id" text PRIMARY KEY NOT NULL,
	"job_id" text NOT NULL,
	"body" text NOT NULL,
	"output_text" text NOT NULL,
	"citations" jsonb NOT NULL,
	"usage" jsonb,
	"output_json" jsonb,
	"items" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "longhaul"."tenants" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"sealed_callback_secret" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "longhaul"."turns" (
	"id" text PRIMARY KEY NOT NULL,
	"job_id" text NOT NULL,
	"tenant_id" text NOT NULL,
	"account" text NOT NULL,
	"number" integer NOT NULL,
	"state" text NOT NULL,
	"response_id" text,
	"input" text,
	"upstream_status" text,
	"model" text,
	"submit_attempts" integer NOT NULL,
	"polls" integer NOT NULL,
	"due_at" timestamp (3) with time zone,
	"claimed_until" timestamp (3) with time zone,
	"hinted_at" timestamp (3) with time zone,
	"missing_since" timestamp (3) with time zone,
	"last_error" jsonb,
	"created_at" timestamp (3) with time zone NOT NULL,
	"submitted_at" timestamp (3) with time zone,
	"finished_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "longhaul"."usage" (
	"turn_id" text PRIMARY KEY NOT NULL,
	"job_id" text NOT NULL,
	"tenant_id" text NOT NULL,
	"key_id" text,
	"account" text NOT NULL,
	"model" text NOT NULL,
	"service_tier" text,
	"labels" jsonb NOT NULL,
	"input_tokens" bigint NOT NULL,
	"cached_tokens" bigint NOT NULL,
	"cache_write_tokens" bigint NOT NULL,
	"output_tokens" bigint NOT NULL,
	"reasoning_tokens" bigint NOT NULL,
	"image_input_tokens" bigint NOT NULL,
	"image_output_tokens" bigint NOT NULL,
	"web_searches" integer NOT NULL,
	"file_searches" integer NOT NULL,
	"containers" integer NOT NULL,
	"cost_micro_usd" bigint,
	"estimated" boolean NOT NULL,
	"prices" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "longhaul"."accounts" ADD CONSTRAINT "accounts_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "longhaul"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "longhaul"."api_keys" ADD CONSTRAINT "api_keys_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "longhaul"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "longhaul"."artifacts" ADD CONSTRAINT "artifacts_job_id_jobs_id_fk" FOREIGN KEY ("job_id") REFERENCES "longhaul"."jobs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "longhaul"."artifacts" ADD CONSTRAINT "artifacts_turn_id_turns_id_fk" FOREIGN KEY ("turn_id") REFERENCES "longhaul"."turns"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "longhaul"."attempts" ADD CONSTRAINT "attempts_delivery_id_deliveries_id_fk" FOREIGN KEY ("delivery_id") REFERENCES "longhaul"."deliveries"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "longhaul"."deliveries" ADD CONSTRAINT "deliveries_job_id_jobs_id_fk" FOREIGN KEY ("job_id") REFERENCES "longhaul"."jobs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "longhaul"."events" ADD CONSTRAINT "events_job_id_jobs_id_fk" FOREIGN KEY ("job_id") REFERENCES "longhaul"."jobs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "longhaul"."job_requests" ADD CONSTRAINT "job_requests_job_id_jobs_id_fk" FOREIGN KEY ("job_id") REFERENCES "longhaul"."jobs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "longhaul"."job_search" ADD CONSTRAINT "job_search_job_id_jobs_id_fk" FOREIGN KEY ("job_id") REFERENCES "longhaul"."jobs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "longhaul"."results" ADD CONSTRAINT "results_turn_id_turns_id_fk" FOREIGN KEY ("turn_id") REFERENCES "longhaul"."turns"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "longhaul"."results" ADD CONSTRAINT "results_job_id_jobs_id_fk" FOREIGN KEY ("job_id") REFERENCES "longhaul"."jobs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "longhaul"."turns" ADD CONSTRAINT "turns_job_id_jobs_id_fk" FOREIGN KEY ("job_id") REFERENCES "longhaul"."jobs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "accounts_tenant" ON "longhaul"."accounts" USING btree ("tenant_id");--> statement-breakpoint
CREATE INDEX "api_keys_tenant" ON "longhaul"."api_keys" USING btree ("tenant_id");--> statement-breakpoint
CREATE INDEX "artifacts_list" ON "longhaul"."artifacts" USING btree ("tenant_id","created_at" desc,"id" desc);--> statement-breakpoint
CREATE INDEX "artifacts_job" ON "longhaul"."artifacts" USING btree ("job_id");--> statement-breakpoint
CREATE INDEX "artifacts_turn" ON "longhaul"."artifacts" USING btree ("turn_id");--> statement-breakpoint
CREATE INDEX "deliveries_job" ON "longhaul"."deliveries" USING btree ("job_id");--> statement-breakpoint
CREATE INDEX "deliveries_due" ON "longhaul"."deliveries" USING btree ("due_at") WHERE state = 'pending';--> statement-breakpoint
CREATE INDEX "idempotency_age" ON "longhaul"."idempotency" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "inbox_list" ON "longhaul"."inbox" USING btree ("received_at" desc,"id" desc);--> statement-breakpoint
CREATE INDEX "inbox_due" ON "longhaul"."inbox" USING btree ("due_at") WHERE handled_at is null;--> statement-breakpoint
CREATE INDEX "inbox_handled" ON "longhaul"."inbox" USING btree ("handled_at") WHERE handled_at is not null;--> statement-breakpoint
CREATE INDEX "job_search_document" ON "longhaul"."job_search" USING gin ("document");--> statement-breakpoint
CREATE INDEX "jobs_list" ON "longhaul"."jobs" USING btree ("tenant_id","created_at" desc,"id" desc) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "jobs_list_by_status" ON "longhaul"."jobs" USING btree ("tenant_id","status","created_at" desc,"id" desc) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "jobs_labels" ON "longhaul"."jobs" USING gin (labels jsonb_path_ops);--> statement-breakpoint
CREATE INDEX "jobs_queued" ON "longhaul"."jobs" USING btree ("account","created_at","id") WHERE status = 'queued' and deleted_at is null;--> statement-breakpoint
CREATE INDEX "jobs_deadline" ON "longhaul"."jobs" USING btree ("deadline_at") WHERE status in ('queued', 'in_progress', 'requires_action') and deleted_at is null;--> statement-breakpoint
CREATE INDEX "jobs_cancel_requested" ON "longhaul"."jobs" USING btree ("cancel_requested_at") WHERE status in ('queued', 'in_progress', 'requires_action') and deleted_at is null;--> statement-breakpoint
CREATE INDEX "jobs_action_due" ON "longhaul"."jobs" USING btree ("action_due_at") WHERE status = 'requires_action' and deleted_at is null;--> statement-breakpoint
CREATE INDEX "jobs_previous" ON "longhaul"."jobs" USING btree ("previous_job_id");--> statement-breakpoint
CREATE INDEX "jobs_expiry" ON "longhaul"."jobs" USING btree ("expires_at") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "jobs_deleted" ON "longhaul"."jobs" USING btree ("deleted_at") WHERE deleted_at is not null;--> statement-breakpoint
CREATE INDEX "refused_webhooks_list" ON "longhaul"."refused_webhooks" USING btree ("received_at" desc,"id" desc);--> statement-breakpoint
CREATE INDEX "results_job" ON "longhaul"."results" USING btree ("job_id");--> statement-breakpoint
CREATE INDEX "results_output" ON "longhaul"."results" USING gin (output_json jsonb_path_ops);--> statement-breakpoint
CREATE UNIQUE INDEX "turns_number" ON "longhaul"."turns" USING btree ("job_id","number");--> statement-breakpoint
CREATE UNIQUE INDEX "turns_response" ON "longhaul"."turns" USING btree ("response_id");--> statement-breakpoint
CREATE INDEX "turns_due" ON "longhaul"."turns" USING btree ("due_at") WHERE state <> 'done';--> statement-breakpoint
CREATE INDEX "usage_tenant" ON "longhaul"."usage" USING btree ("tenant_id","created_at");--> statement-breakpoint
CREATE INDEX "usage_job" ON "longhaul"."usage" USING btree ("job_id");