package evidence

import "huajie/domain"

// FlagLabels names the flags of photographs where there is nothing to say of how much.
var FlagLabels = map[string]domain.Text{
	Far:              {ZH: "拍摄位置较远", EN: "taken elsewhere"},
	Stale:            {ZH: "拍摄时间过早", EN: "taken too long before"},
	Future:           {ZH: "拍摄时间晚于系统时间", EN: "by a clock that is ahead"},
	FromAlbum:        {ZH: "来自相册", EN: "from an album"},
	NoPosition:       {ZH: "无定位", EN: "no position"},
	PositionMismatch: {ZH: "照片内位置与手机定位不符", EN: "phone and image tell different places"},
	TimeMismatch:     {ZH: "照片内时间与手机所报不符", EN: "phone and image tell different times"},
	DuplicateHash:    {ZH: "同一张照片曾提交过", EN: "submitted before"},
	DuplicateLook:    {ZH: "与此前照片高度相似", EN: "much like one submitted before"},
	OfflineLate:      {ZH: "离线后补报", EN: "reported later, without a line"},
}
