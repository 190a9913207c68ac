import frappe
from frappe.tests.utils import FrappeTestCase

SQUARE = '{"type": "Polygon", "coordinates": [[[-74, 45], [-73, 45], [-73, 46], [-74, 45]]]}'


def zone(geojson):
	return frappe.get_doc({"doctype": "Coverage Zone", "zone_name": frappe.generate_hash(length=8), "geojson": geojson})


class TestCoverageZone(FrappeTestCase):
	def test_area_is_a_polygon(self):
		self.assertEqual(zone(SQUARE).insert().geojson, SQUARE)
		for wrong in ("{", "[]", '{"type": "Point", "coordinates": [-74, 45]}', '{"type": "Polygon"}'):
			self.assertRaises(frappe.ValidationError, zone(wrong).insert)
