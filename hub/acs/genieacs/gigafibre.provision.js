/* global declare, commit, ext */
// Tells the hub of every inform, and learns from the same answer what the device is to be told. It is told only where its ProvisioningCode says
// something else: that comes in every Inform, and is empty after a factory reset, of which GenieACS's own database knows nothing.
const now = Date.now();
const text = (found) => (found.size && found.value ? String(found.value[0]) : "");
const DEVICE = "Device.";
const IGD = "InternetGatewayDevice.";
const WAN = IGD + "WANDevice.*.WANConnectionDevice.*.WANIPConnection.*.";

// All declared before the first is read, of either data model: the first reading of what was declared since the last runs the script again, and each
// run has 50 ms. Of the model that a device has not, nothing is asked of it.
const events = ["0_BOOTSTRAP", "1_BOOT", "6_CONNECTION_REQUEST", "4_VALUE_CHANGE"].map((event) => declare("Events." + event, { value: 1 }));
const [id, oui, productClass] = ["SerialNumber", "OUI", "ProductClass"].map((part) => declare("DeviceID." + part, { value: 1 }));
const of = (tr181, tr098, known = 1) => [declare(tr181, { value: known }), declare(tr098, { value: known })];
const ofBoth = (path) => of(DEVICE + path, IGD + path);
const codes = ofBoth("DeviceInfo.ProvisioningCode");
const versions = ofBoth("DeviceInfo.SoftwareVersion");
const callers = ofBoth("ManagementServer.ConnectionRequestURL");
const macs = of("Device.Ethernet.Interface.*.MACAddress", WAN + "MACAddress");
const addresses = of("Device.IP.Interface.*.IPv4Address.*.IPAddress", WAN + "ExternalIPAddress");
const LIGHT = ["Device.Optical.Interface.*.OpticalSignalLevel", "InternetGatewayDevice.WANDevice.*.*.RXPower"];
const lights = of(...LIGHT, Date.now(300000));

const which = codes[0].size ? 0 : 1;
const root = which === 0 ? "Device" : "InternetGatewayDevice";
const [code, version, caller, mac, address] = [codes, versions, callers, macs, addresses].map((pair) => pair[which]);
const serial = text(id);
const [bootstrap, boot, called, changed] = events.map((event) => text(event) === String(now));
// Measured again at each start, and otherwise every five minutes at most.
const light = bootstrap || boot ? declare(LIGHT[which], { value: now }) : lights[which];
const firmware = text(version);

const said = {
  model: which === 0 ? "tr181" : "tr098",
  oui: text(oui),
  product_class: text(productClass),
  mac: text(mac).replace(/[^0-9A-Fa-f]/g, "").toUpperCase(),
  ip: text(address) || text(caller).replace(/^https?:\/\/|[:/].*$/g, ""),
  firmware,
  light: text(light),
  event: bootstrap ? "bootstrap" : boot ? "boot" : called ? "connection_request" : changed ? "value_change" : "periodic",
};
const wanted = ext("gigafibre", "inform", serial, String(now), JSON.stringify(said));

if (wanted) {
  if (!code.size || code.value[0] !== wanted.hash) {
    // Now, so that a value GenieACS believes to be there already is sent all the same.
    for (const { path, value, type } of wanted.parameters) declare(path, { value: now }, { value: [value, type] });
    commit();
    ext("gigafibre", "activated", serial, wanted.hash, firmware);
    declare(root + ".DeviceInfo.ProvisioningCode", { value: now }, { value: [wanted.hash, "xsd:string"] });
  }
  if (wanted.firmware) {
    // A constant moment for each version: asked for once, and not again in every session.
    const campaign = Array.from(wanted.firmware.version).reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1000000, 7) + 1600000000000;
    declare("Downloads.[FileType:1 Firmware Upgrade Image]", { path: 1 }, { path: 1 });
    declare("Downloads.[FileType:1 Firmware Upgrade Image].FileName", { value: 1 }, { value: wanted.firmware.file });
    declare("Downloads.[FileType:1 Firmware Upgrade Image].Download", { value: 1 }, { value: campaign });
  }
}
