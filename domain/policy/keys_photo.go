package policy

// photoKeys are the rules for photographs of §4.10 (photo.*).
var photoKeys = []Key{
	{Name: "photo.min", Kind: KindInt, ZH: "上报照片最少张数", EN: "photos of a report, at least", Source: "§4.10 photo.min, R66 SEED A"},
	{Name: "photo.max", Kind: KindInt, ZH: "上报照片最多张数", EN: "photos of a report, at most", Source: "§4.10 photo.max D"},
	{Name: "photo.radius", Kind: KindInt, ZH: "拍摄位置距事件地点上限(米)", EN: "metres between photo and event, at most", Source: "§4.10 photo.min/max D"},
	{Name: "photo.album", Kind: KindBool, ZH: "允许使用相册照片", EN: "photos from an album are accepted", Source: "§4.10 photo.min/max D"},
	{Name: "photo.offline", Kind: KindLimit, ZH: "离线拍摄补传时限", EN: "a photo taken without a line may be this late", Source: "§4.10 photo.min/max D"},
	{Name: "photo.fresh", Kind: KindLimit, ZH: "现场拍摄到上报的时限", EN: "a live photo is this fresh when the event is reported", Source: "§4.10 photo.min/max D (limit ours)"},
	{Name: "photo.clock", Kind: KindLimit, ZH: "允许的时钟误差", EN: "clocks of phone, image and ours may differ by", Source: "§4.10, R66 D (limit ours)"},
	{Name: "photo.exif.radius", Kind: KindInt, ZH: "照片内位置与手机定位允许误差(米)", EN: "metres between the place in the image and the phone's, at most", Source: "§4.10, R66 D (limit ours)"},
	{Name: "photo.look", Kind: KindInt, ZH: "相似照片判定(64位感知指纹相差位数)", EN: "bits of 64 in which looks may differ and still be alike", Source: "§6 item 56 D (limit ours)"},
	{Name: "photo.twins", Kind: KindLimit, ZH: "重复照片比对期", EN: "how far back photos are compared", Source: "§6 item 56 D (limit ours)"},
	{Name: "photo.daily", Kind: KindInt, ZH: "每人每日上传件数上限", EN: "uploads of one account on one day, at most", Source: "§4.10 D (limit ours)"},
	{Name: "photo.daily.mb", Kind: KindInt, ZH: "每人每日上传容量上限(MiB)", EN: "MiB of one account on one day, at most", Source: "§4.10 D (limit ours)"},
	{Name: "photo.unfinished", Kind: KindInt, ZH: "每人未传完照片件数上限", EN: "unfinished uploads of one account, at most", Source: "§4.10 D (limit ours)"},
	{Name: "photo.petitioner", Kind: KindInt, ZH: "诉求人补充照片张数上限", EN: "photos a petitioner may add to a matter, at most", Source: "§4.6 FR5 D (limit ours)"},
	{Name: "photo.withheld", Kind: KindLimit, ZH: "隐去的照片可恢复期", EN: "a withheld photo can be shown again for", Source: "§6 item 80 D (limit ours)"},
	{Name: "photo.case", Kind: KindInt, ZH: "每件事项照片总数上限", EN: "photos of one case, at most", Source: "§4.10 D (limit ours)"},
}
