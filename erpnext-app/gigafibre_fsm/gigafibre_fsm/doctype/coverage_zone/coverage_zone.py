import json

import frappe
from frappe import _
from frappe.model.document import Document

AREAS = {"Polygon", "MultiPolygon"}


class CoverageZone(Document):
	"""An area the network will reach."""

	def validate(self):
		self.validate_geojson()

	def validate_geojson(self):
		if not self.geojson:
			return
		try:
			area = json.loads(self.geojson)
		except ValueError:
			frappe.throw(_("GeoJSON cannot be read"))
		if not isinstance(area, dict) or area.get("type") not in AREAS or not isinstance(area.get("coordinates"), list):
			frappe.throw(_("GeoJSON must be a Polygon or a MultiPolygon"))
