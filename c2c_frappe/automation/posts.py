"""The Webhooks of a call's change, each posted by a job of its own; the change stays until all of them have run.

Posts by Frappe's own means, tries included. A job that is lost with its worker or with Redis is enqueued again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone

import frappe
from frappe.integrations.doctype.webhook.webhook import enqueue_webhook
from frappe.utils.background_jobs import get_job
from redis.exceptions import RedisError
from rq.job import JobStatus

from c2c_frappe.automation import listeners
from c2c_frappe.call_log import outbox, rows
from c2c_frappe.transactions import committed

JOB = "c2c_frappe.automation.posts.send"
# A worker tells Redis of its job twice a minute.
SILENCE = timedelta(minutes=2)


def enqueue(change: str, posts: Iterable[tuple[str, str]]) -> None:
	"""Have a worker post the (event, Webhook) of a committed change; those whose job waits or runs are not doubled."""
	for event, webhook in posts:
		queue = frappe.get_cached_value("Webhook", webhook, "background_jobs_queue") or "default"
		job_id = f"c2c_post:{change}:{event}:{webhook}"
		try:
			frappe.enqueue(
				JOB,
				queue=queue,
				job_id=job_id,
				deduplicate=not frappe.flags.in_test and not _was_killed(job_id),
				now=bool(frappe.flags.in_test),
				change=change,
				doc_event=event,
				webhook=webhook,
			)
		except (RedisError, OSError):
			# The scheduler does it once Redis is back.
			return


def _was_killed(job_id: str) -> bool:
	"""Whether a job is taken for one that runs though its worker is gone: rq itself finds out a quarter of an hour later."""
	job = get_job(job_id)
	if not job or job.get_status() != JobStatus.STARTED or not job.last_heartbeat:
		return False
	beat = job.last_heartbeat.replace(tzinfo=job.last_heartbeat.tzinfo or timezone.utc)
	return datetime.now(timezone.utc) - beat > SILENCE


def resume() -> None:
	"""Enqueue what is left of changes whose other listeners have heard: most wait in the queue, some were lost."""
	for name, posts in outbox.told():
		enqueue(name, posts)


def send(change: str, doc_event: str, webhook: str) -> None:
	"""Post one Webhook of a change unless that was done, and note it; commits."""
	stored = outbox.by_name(change)
	if not stored or (doc_event, webhook) not in outbox.posts_of(stored):
		return
	row = rows.read_whole(stored["call"])
	if row and frappe.db.exists("Webhook", webhook):
		enqueue_webhook(listeners.document_of(row, json.loads(stored["change"])), {"name": webhook})
		frappe.db.commit()  # nosemgrep: frappe-manual-commit - what Frappe noted of the post, whatever comes of the next
	committed(lambda: outbox.end_post(change, (doc_event, webhook)))
